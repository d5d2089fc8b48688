// The form of the laboratory: its fields in their parts, with what is chosen.
import {
  type Choices,
  type FieldName,
  fields,
  isPossible,
  partOf,
  parts,
  wordsOf,
} from '../../../dist/models/lab/choices.js';
import type { Field } from '../../../dist/models/lab/field.js';

type Input = HTMLInputElement | HTMLSelectElement;

export class Form {
  private choices: Choices | null = null;
  private readonly inputs = new Map<FieldName, Input>();

  /** `take` hears of every value that a field can have. */
  constructor(
    box: HTMLElement,
    private readonly take: (name: FieldName, value: string) => void,
  ) {
    const sets = Object.entries(parts).map(([part, title]) => {
      const [set, legend] = [document.createElement('fieldset'), document.createElement('legend')];
      legend.textContent = title;
      set.append(
        legend,
        ...fields.filter(({ name }) => partOf[name] === part).map((field) => this.row(field)),
      );
      return set;
    });
    box.replaceChildren(...sets);
  }

  private row(field: (typeof fields)[number]): HTMLLabelElement {
    const [label, input, hint] = [
      document.createElement('label'),
      inputOf(field),
      document.createElement('span'),
    ];
    hint.className = 'hint';
    hint.textContent = field.hint;
    input.name = field.name;
    input.addEventListener('change', () => this.choose(field, input));
    this.inputs.set(field.name, input);
    label.append(field.label, input, hint);
    return label;
  }

  private choose(field: Field, input: Input): void {
    const fits = isPossible(field, input.value, this.choices!);
    input.setAttribute('aria-invalid', String(!fits));
    if (fits) this.take(field.name as FieldName, input.value);
  }

  /** Shows what is chosen; fields stay where they are, for one of them may have the focus. */
  show(choices: Choices): void {
    this.choices = choices;
    for (const field of fields) {
      const input = this.inputs.get(field.name)!;
      if (input instanceof HTMLSelectElement && 'words' in field) showWords(input, wordsOf(field, choices));
      input.value = choices[field.name];
      input.removeAttribute('aria-invalid');
    }
  }
}

function inputOf(field: Field): Input {
  if ('words' in field) return document.createElement('select');
  const { least: min, most: max, step } = field;
  return Object.assign(document.createElement('input'), { type: 'number', min, max, step });
}

function showWords(select: HTMLSelectElement, words: readonly string[]): void {
  if ([...select.options].map(({ value }) => value).join() === words.join()) return;
  select.replaceChildren(...words.map((word) => new Option(word)));
}
