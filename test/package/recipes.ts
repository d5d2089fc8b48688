// The recipes of docs/pages.md, which the tests follow to the letter.
import { readFileSync } from 'node:fs';

const page = readFileSync('docs/pages.md', 'utf8');

/** What a section of the page says. */
export interface Recipe {
  /** The shell command. */
  command: string;
  /** The tags of the page. */
  tags: string;
  /** The last program, or file of settings, where there is one. */
  program: string;
}

/** Reads a section. */
export function recipe(heading: string): Recipe {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/pages.md has no section ${heading}`);
  const block = (language: string) =>
    [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].at(-1)?.[1] ?? '';
  const inline = [...section.matchAll(/`(<script .*?<\/script>)`/g)].map(([, tag]) => tag).join('\n');
  return { command: block('sh').trim(), tags: block('html') || inline, program: block('js') };
}
