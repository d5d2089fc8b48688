// A field of a page's form.

/** A field of the form. Numbers have their bounds, words the words there are. */
export type Field =
  | { name: string; label: string; initial: number; least: number; most: number; step: number; hint: string }
  | { name: string; label: string; initial: string; words: readonly string[]; hint: string };

/** Whether a field can have a value; its words may be others than all it knows. */
export function fits(field: Field, text: string, words = 'words' in field ? field.words : []): boolean {
  if ('words' in field) return words.includes(text);
  const value = Number(text);
  const isStep = field.step < 1 || Number.isInteger(value);
  return text.trim() !== '' && value >= field.least && value <= field.most && isStep;
}
