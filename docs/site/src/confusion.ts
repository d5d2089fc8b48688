// A network's confusion matrix as a table: a cell that is pressed shows its images.
import type { Dataset } from '../../../dist/datasets/dataset.js';
import { type Confusion, confusionOf } from '../../../dist/models/lab/confusion.js';
import { html } from '../../../dist/models/report/draw/html.js';
import { Drawing } from './drawing.js';
import { Gallery } from './gallery.js';
import type { Report } from './protocol.js';

/** Classes that a table has room for. */
const MOST = 20;

type Scored = Extract<Report, { kind: 'score' }>;
/** A place in the table. */
type Cell = readonly [row: number, column: number];

const steps: Record<string, Cell> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export class ConfusionView {
  private test: Dataset | null = null;
  private scored: Scored | null = null;
  private confusion: Confusion | null = null;
  private open: Cell | null = null;
  private readonly gallery: Gallery;
  private readonly drawing: Drawing;

  /** `words` says what the table is of, and `images` is where those of a cell are. */
  constructor(
    private readonly places: Record<'words' | 'table' | 'images', HTMLElement>,
    choose: (image: number) => void,
  ) {
    this.gallery = new Gallery(places.images, choose);
    this.drawing = new Drawing(places.table, () => this.draw());
    this.drawing.touch();
    places.table.addEventListener('click', ({ target }) => this.press(target as Element));
    places.table.addEventListener('keydown', (event) => this.move(event));
  }

  offer(test: Dataset): void {
    this.test = test;
  }

  take(scored: Scored): void {
    this.scored = scored;
    this.drawing.touch();
  }

  clear(): void {
    this.scored = null;
    this.drawing.touch();
  }

  private draw(): void {
    const { scored, test, places } = this;
    if (!scored || !test) {
      [this.confusion, this.open] = [null, null];
      places.words.textContent = 'Comes with the first evaluation.';
      for (const place of [places.table, places.images]) place.replaceChildren();
      this.gallery.clear();
      return;
    }
    const { step, accuracy, predictions } = scored;
    const before = this.confusion?.classes.join();
    this.confusion = confusionOf(test.labels, predictions, test.classes, MOST);
    places.words.textContent = `After update ${step}: ${(100 * accuracy).toFixed(1)} % of ${test.length} test images are right.${this.rest()}`;
    if (this.confusion.classes.join() !== before) this.build(test.classNames);
    this.count(test.classNames);
    this.fill();
  }

  /** What the table leaves out, in words. */
  private rest(): string {
    const { classes, elsewhere } = this.confusion!;
    const some =
      classes.length < this.test!.classes ? ` The ${MOST} classes with the most mistakes are shown.` : '';
    return elsewhere > 0 ? `${some} ${elsewhere} of their images were taken for none of these.` : some;
  }

  private build(names: readonly string[]): void {
    this.open = null;
    this.gallery.clear();
    const { classes } = this.confusion!;
    const heads = classes.map((own) => html`<th scope="col"><span>${names[own]}</span></th>`);
    const rows = classes.map((own, row) => {
      const cells = classes.map(
        (_, column) =>
          html`<td><button type="button" tabindex="-1" data-at="${row} ${column}"></button></td>`,
      );
      return html`<tr><th scope="row">${names[own]}</th>${cells}</tr>`;
    });
    this.places.table.innerHTML = html`<table class="confusion" style="--classes: ${classes.length}">
<caption>Down: the class. Across: what it was taken for.</caption>
<thead><tr><td></td>${heads}</tr></thead><tbody>${rows}</tbody></table>`.text;
    this.buttonAt([0, 0]).tabIndex = 0;
  }

  /** Writes what changed into the cells. */
  private count(names: readonly string[]): void {
    const { cells } = this.confusion!;
    for (const [row, list] of cells.entries()) {
      const total = list.reduce((sum, { length }) => sum + length, 0);
      for (const [column, { length }] of list.entries()) {
        const button = this.buttonAt([row, column]);
        if (button.textContent === String(length)) continue;
        button.textContent = String(length);
        button.setAttribute('aria-label', `${this.titleOf([row, column], names)}: ${length}`);
        button.classList.toggle('none', length === 0);
        button.style.setProperty('--share', String(length / total));
      }
    }
  }

  private titleOf([row, column]: Cell, names: readonly string[]): string {
    const { classes } = this.confusion!;
    const [own, other] = [names[classes[row]], names[classes[column]]];
    return row === column ? `${own}, recognized` : `${own}, taken for ${other}`;
  }

  private buttonAt([row, column]: Cell): HTMLButtonElement {
    return this.places.table.querySelector(`[data-at="${row} ${column}"]`)!;
  }

  /** The images of the open cell. */
  private fill(): void {
    const { open, test, confusion } = this;
    for (const button of this.places.table.querySelectorAll('[aria-expanded]'))
      button.removeAttribute('aria-expanded');
    if (!open) {
      this.gallery.clear();
      return;
    }
    this.buttonAt(open).setAttribute('aria-expanded', 'true');
    const [row, column] = open;
    this.gallery.show(this.titleOf(open, test!.classNames), confusion!.cells[row][column], test!);
  }

  private press(target: Element): void {
    const cell = cellOf(target);
    if (!cell) return;
    this.open = this.open?.join() === cell.join() ? null : cell;
    this.go(cell);
    this.fill();
  }

  /** Arrow keys go from cell to cell; Enter presses, as on any button. */
  private move(event: KeyboardEvent): void {
    const [cell, step] = [cellOf(event.target as Element), steps[event.key]];
    if (!cell || !step) return;
    event.preventDefault();
    const last = this.confusion!.classes.length - 1;
    const [row, column] = cell.map((at, axis) => Math.min(last, Math.max(0, at + step[axis])));
    this.go([row, column]);
  }

  private go(cell: Cell): void {
    for (const button of this.places.table.querySelectorAll<HTMLElement>('[tabindex="0"]'))
      button.tabIndex = -1;
    const button = this.buttonAt(cell);
    button.tabIndex = 0;
    button.focus();
  }
}

function cellOf(target: Element): Cell | null {
  const at = target.closest<HTMLElement>('[data-at]')?.dataset.at;
  if (!at) return null;
  const [row, column] = at.split(' ').map(Number);
  return [row, column];
}
