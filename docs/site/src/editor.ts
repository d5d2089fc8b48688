// An editor for small programs: a text area over the same text in colours. The text area is an ordinary one: Tab leaves it, and the
// browser's undo, search and spelling of keys are what they are.
import { type Html, html } from '../../../dist/models/report/draw/html.js';
import { wordOf, wordsOf } from '../pages/highlight.js';
import './editor.css';

export interface EditorOptions {
  /** What it is called, for those who do not see it. */
  label: string;
  value: string;
  /** At Ctrl+Enter or ⌘+Enter. */
  onRun?: () => void;
  onChange?: (value: string) => void;
}

export interface Editor {
  value: string;
  /** Marks a line, or none by 0. */
  mark(line: number, kind?: 'wrong' | 'shown'): void;
  /** Puts the cursor at the beginning of a line. */
  goTo(line: number): void;
  focus(): void;
}

/** A program in colours, line by line. */
function coloured(code: string): Html[] {
  const lines: Html[][] = [[]];
  for (const [text, kind] of wordsOf(code, 'js')) {
    for (const [i, part] of text.split('\n').entries()) {
      if (i > 0) lines.push([]);
      lines.at(-1)!.push(wordOf([part, kind]));
    }
  }
  return lines.map((parts) => html`<span class="line">${parts}\n</span>`);
}

/** Makes an editor of an element, in place of what is in it. */
export function createEditor(box: HTMLElement, { label, value, onRun, onChange }: EditorOptions): Editor {
  const picture = document.createElement('pre');
  picture.ariaHidden = 'true';
  const area = document.createElement('textarea');
  Object.assign(area, { value, spellcheck: false, autocomplete: 'off', autocapitalize: 'off', wrap: 'off' });
  area.setAttribute('aria-label', label);
  box.classList.add('editor');
  box.replaceChildren(picture, area);
  const draw = () => {
    picture.innerHTML = coloured(area.value)
      .map(({ text }) => text)
      .join('');
  };
  area.addEventListener('input', () => {
    draw();
    onChange?.(area.value);
  });
  area.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    onRun?.();
  });
  draw();
  return {
    get value() {
      return area.value;
    },
    set value(text) {
      area.value = text;
      draw();
    },
    mark(line, kind = 'wrong') {
      for (const each of picture.querySelectorAll('.wrong, .shown')) each.classList.remove('wrong', 'shown');
      picture.children[line - 1]?.classList.add(kind);
    },
    goTo: (line) => goTo(area, line),
    focus: () => area.focus(),
  };
}

function goTo(area: HTMLTextAreaElement, line: number): void {
  const before = area.value.split('\n').slice(0, line - 1);
  const at = before.reduce((sum, { length }) => sum + length + 1, 0);
  area.focus();
  area.setSelectionRange(at, at);
}
