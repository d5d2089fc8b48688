// Drawings of one's own: a sheet, classes, and what was kept of each.
import { LEAST_CLASSES, LEAST_DRAWINGS, ownDrawings } from '../../../dist/models/lab/own/drawing.js';
import type { Own } from '../../../dist/models/lab/own/parts.js';
import { drawingsOf, textOf } from '../../../dist/models/lab/own/pile.js';
import type { Colour } from '../../../dist/models/lab/pixels.js';
import { Sheet, show } from './sheet.js';

const STORED = 'mixgrad-drawings';
const MOST_CLASSES = 5;
const NAMES = ['A', 'B', 'C', 'D', 'E'];

const colours: Record<string, Colour> = {
  black: [30, 30, 40],
  red: [200, 50, 40],
  blue: [40, 80, 190],
  green: [40, 140, 80],
  yellow: [235, 190, 50],
};

/** What the browser has stored; a page may be kept from it. */
function stored(): Map<string, Uint8Array[]> | null {
  try {
    return drawingsOf(localStorage.getItem(STORED) ?? '');
  } catch {
    return null;
  }
}

function store(drawings: ReadonlyMap<string, readonly Uint8Array[]>): void {
  try {
    localStorage.setItem(STORED, textOf(drawings));
  } catch {}
}

export class DrawingPad {
  private readonly drawings: Map<string, Uint8Array[]>;
  private readonly sheet: Sheet;
  private readonly find: <T extends HTMLElement>(name: string) => T;

  /** `take` is given the drawings as data. */
  constructor(
    box: HTMLElement,
    private readonly take: (own: Own) => void,
  ) {
    this.find = <T extends HTMLElement>(name: string) => box.querySelector<T>(`[data-part=${name}]`)!;
    this.drawings = stored() ?? new Map();
    for (const name of NAMES.slice(0, LEAST_CLASSES))
      if (!this.drawings.has(name)) this.drawings.set(name, []);
    const say = (words: string) => {
      this.find('where').textContent = words;
    };
    this.sheet = new Sheet(this.find<HTMLCanvasElement>('sheet'), say);
    const colour = this.find<HTMLSelectElement>('colour');
    for (const name of Object.keys(colours)) colour.add(new Option(name));
    colour.onchange = () => {
      this.sheet.colour = colours[colour.value];
    };
    const brush = this.find<HTMLInputElement>('brush');
    brush.oninput = () => {
      this.sheet.radius = Number(brush.value);
    };
    this.find('clear').onclick = () => this.sheet.clear();
    this.find('keep').onclick = () => this.keep();
    this.find('class').onchange = () => this.showKeep();
    this.find('add').onclick = () => this.addClass();
    this.find('learn').onclick = () => this.take(this.own()!);
    this.showAll();
  }

  /** The drawings as data; null where there are too few. */
  own(): Own | null {
    const drawn = [...this.drawings].filter(([, own]) => own.length > 0);
    const isEnough = drawn.length >= LEAST_CLASSES && drawn.every(([, own]) => own.length >= LEAST_DRAWINGS);
    return isEnough ? ownDrawings(new Map(drawn)) : null;
  }

  private keep(): void {
    const { value } = this.find<HTMLSelectElement>('class');
    this.drawings.get(value)!.push(this.sheet.image);
    this.sheet.clear();
    this.changed();
  }

  private addClass(): void {
    this.drawings.set(NAMES.find((name) => !this.drawings.has(name))!, []);
    this.changed();
    const select = this.find<HTMLSelectElement>('class');
    select.selectedIndex = select.options.length - 1;
    this.showKeep();
  }

  private changed(): void {
    store(this.drawings);
    this.showAll();
  }

  private showAll(): void {
    const select = this.find<HTMLSelectElement>('class');
    const { value } = select;
    select.replaceChildren(...[...this.drawings.keys()].map((name) => new Option(name)));
    if (this.drawings.has(value)) select.value = value;
    this.showKeep();
    this.find<HTMLButtonElement>('add').disabled = this.drawings.size >= MOST_CLASSES;
    this.find<HTMLButtonElement>('learn').disabled = !this.own();
    this.find('kept').replaceChildren(...[...this.drawings].map(([name, own]) => this.rowOf(name, own)));
  }

  private showKeep(): void {
    this.find('keep').textContent = `Keep as ${this.find<HTMLSelectElement>('class').value}`;
  }

  /** A class and its drawings: each is a button that throws it away. */
  private rowOf(name: string, own: Uint8Array[]): HTMLElement {
    const [row, term, list] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
    term.textContent = `${name}: ${own.length}`;
    const buttons = own.map((image, i) => {
      const button = document.createElement('button');
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
      show(canvas, image);
      button.type = 'button';
      button.title = button.ariaLabel = `Throw away drawing ${i + 1} of ${name}`;
      button.append(canvas);
      button.onclick = () => {
        own.splice(i, 1);
        this.changed();
      };
      return button;
    });
    list.append(...buttons);
    row.append(term, list);
    return row;
  }
}
