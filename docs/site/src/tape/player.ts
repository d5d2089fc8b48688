// The buttons that walk through the moments of a walk.
import { html } from '../../../../dist/models/report/draw/html.js';

export interface PlayerOptions {
  /** The element whose keys are heard: n, p, a and r, as the buttons. */
  keys: HTMLElement;
  onShow: (moment: number) => void;
}

const buttons = [
  { id: 'reset', title: 'Reset', key: 'r' },
  { id: 'previous', title: 'Previous', key: 'p' },
  { id: 'next', title: 'Next', key: 'n' },
  { id: 'all', title: 'All', key: 'a' },
] as const;

export class Player {
  private at = 0;
  private words: readonly string[] = [];

  constructor(
    private readonly box: HTMLElement,
    private readonly options: PlayerOptions,
  ) {
    box.innerHTML = html`<div class="buttons" role="group" aria-label="backward, step by step">
${buttons.map(({ id, title, key }) => html`<button type="button" id="${id}" aria-keyshortcuts="${key}">${title}</button>`)}
<label class="beside">step <input id="step" type="range" min="0" value="0" /></label><span id="count"></span>
<span class="hint keys">keys: n next, p previous, a all, r reset</span></div>
<p id="words" aria-live="polite"></p>`.text;
    for (const { id } of buttons) this.find(id).addEventListener('click', () => this.press(id));
    this.slider.addEventListener('input', () => this.go(Number(this.slider.value)));
    options.keys.addEventListener('keydown', (event) => {
      const button = buttons.find(({ key }) => key === event.key);
      if (
        !button ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        event.target instanceof HTMLSelectElement
      )
        return;
      event.preventDefault();
      this.press(button.id);
    });
  }

  /** Begins with moments of which these are the words. */
  start(words: readonly string[]): void {
    this.words = words;
    this.slider.max = String(words.length - 1);
    this.go(0);
  }

  go(moment: number): void {
    const last = this.words.length - 1;
    this.at = Math.min(Math.max(moment, 0), last);
    this.slider.value = String(this.at);
    this.slider.disabled = last === 0;
    for (const { id } of buttons) {
      const isBack = id === 'reset' || id === 'previous';
      this.find(id).ariaDisabled = String(this.at === (isBack ? 0 : last));
    }
    this.find('count').textContent = `${this.at} of ${last}`;
    this.find('words').textContent = this.words[this.at];
    this.options.onShow(this.at);
  }

  private press(id: (typeof buttons)[number]['id']): void {
    const to = { reset: 0, previous: this.at - 1, next: this.at + 1, all: this.words.length - 1 };
    this.go(to[id]);
  }

  private get slider(): HTMLInputElement {
    return this.box.querySelector<HTMLInputElement>('#step')!;
  }

  private find(id: string): HTMLElement {
    return this.box.querySelector<HTMLElement>(`#${id}`)!;
  }
}
