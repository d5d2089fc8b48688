// Some images of the test set, each a button.
import type { Dataset } from '../../../dist/datasets/dataset.js';
import { imagePixels } from '../../../dist/models/lab/pixels.js';
import { canvas, paint } from './canvas.js';

/** Images that are shown at first, and that a press of the last button adds. */
const SOME = 60;

export class Gallery {
  private images: readonly number[] = [];
  private title = '';
  private limit = SOME;

  /** `choose` is told of an image that was pressed. */
  constructor(
    private readonly box: HTMLElement,
    private readonly choose: (image: number) => void,
  ) {}

  /** Shows images under a title, which says what all of them are. Those that are there already stay, with the focus on them. */
  show(title: string, images: readonly number[], test: Dataset): void {
    if (title !== this.title) this.limit = SOME;
    else if (images.join() === this.images.join()) return;
    [this.title, this.images] = [title, images];
    this.draw(test);
  }

  clear(): void {
    [this.title, this.images] = ['', []];
    this.box.replaceChildren();
  }

  private draw(test: Dataset): void {
    const { box, title, images, limit } = this;
    const focused = box.contains(document.activeElement) ? document.activeElement!.id : null;
    const count = `${images.length} ${images.length === 1 ? 'image' : 'images'}`;
    const head = Object.assign(document.createElement('p'), { textContent: `${title}: ${count}` });
    head.setAttribute('role', 'status');
    const list = Object.assign(document.createElement('div'), { className: 'gallery' });
    list.append(...images.slice(0, limit).map((image) => this.buttonOf(image, test)));
    box.replaceChildren(head, list);
    if (images.length > limit) box.append(this.moreOf(test));
    if (focused) (document.getElementById(focused) ?? list.querySelector('button'))?.focus();
  }

  private buttonOf(image: number, test: Dataset): HTMLButtonElement {
    const button = Object.assign(document.createElement('button'), { type: 'button' });
    button.id = `${this.box.id}-${image}`;
    const picture = button.appendChild(canvas());
    paint(picture, imagePixels(test, image), `${this.title}, image ${image}`);
    button.onclick = () => this.choose(image);
    return button;
  }

  private moreOf(test: Dataset): HTMLButtonElement {
    const button = Object.assign(document.createElement('button'), {
      type: 'button',
      textContent: 'Show more',
    });
    button.id = `${this.box.id}-more`;
    button.onclick = () => {
      const next = this.images[this.limit];
      this.limit += SOME;
      this.draw(test);
      document.getElementById(`${this.box.id}-${next}`)?.focus();
    };
    return button;
  }
}
