// Markup in which texts are escaped unless they are markup themselves. Used where reports are written and in their pages.

/** Markup. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in `html`. */
export type Part = string | number | Html | readonly Html[];

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup with texts and numbers in it, which are escaped, and other markup, which is not. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(String.raw({ raw: strings }, ...parts.map(textOf)));
}

function textOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return String(part).replace(/[&<>"']/g, (sign) => escapes[sign]);
}

/** No markup. */
export const nothing = new Html('');
