// A sheet of 32×32 pixels to draw on: with a mouse, a finger, or a cursor that the arrow keys move.
import { SIDE } from '../../../dist/datasets/dataset.js';
import { emptySheet, type Place, stroke } from '../../../dist/models/lab/own/drawing.js';
import { type Colour, imagePixels } from '../../../dist/models/lab/pixels.js';

/** Pixels of the screen that one of the sheet takes, before the page makes it smaller. */
const ZOOM = 10;
const MIDDLE: Place = [SIDE / 2 + 0.5, SIDE / 2 + 0.5];

const steps: Record<string, Place> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Draws an image [3, 32, 32] on a canvas, as large as it is. */
export function show(canvas: HTMLCanvasElement, image: Uint8Array): void {
  const small = new OffscreenCanvas(SIDE, SIDE);
  const { data } = imagePixels({ images: image }, 0);
  small.getContext('2d')!.putImageData(new ImageData(data, SIDE, SIDE), 0, 0);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

export class Sheet {
  image = emptySheet();
  colour: Colour = [30, 30, 40];
  /** Of the brush, in pixels. */
  radius = 1.5;
  /** Where the cursor is. */
  private at: Place = MIDDLE;
  /** Whether moving the cursor draws. */
  private isDown = false;

  /** `say` is told what one who does not see the cursor needs to hear. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly say: (words: string) => void,
  ) {
    Object.assign(canvas, { width: ZOOM * SIDE, height: ZOOM * SIDE });
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.at = this.placeOf(event);
      this.move(this.at, true);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (event.buttons > 0) this.move(this.placeOf(event), true);
    });
    canvas.addEventListener('keydown', (event) => this.press(event));
    for (const kind of ['focus', 'blur']) canvas.addEventListener(kind, () => this.redraw());
    this.redraw();
  }

  clear(): void {
    this.image = emptySheet();
    this.at = MIDDLE;
    this.isDown = false;
    this.redraw();
  }

  private press(event: KeyboardEvent): void {
    const step = steps[event.key];
    if (!step && event.key !== ' ') return;
    event.preventDefault();
    if (step) {
      const [dx, dy] = step.map((one) => one * (event.shiftKey ? 4 : 1));
      const inside = (value: number) => Math.min(SIDE - 0.5, Math.max(0.5, value));
      this.move([inside(this.at[0] + dx), inside(this.at[1] + dy)], this.isDown);
    } else {
      this.isDown = !this.isDown;
      this.move(this.at, this.isDown);
    }
    const [column, row] = this.at.map((value) => Math.floor(value) + 1);
    this.say(`Column ${column}, row ${row}, brush ${this.isDown ? 'down' : 'up'}`);
  }

  private move(place: Place, draws: boolean): void {
    if (draws) stroke(this.image, this.at, place, this.radius, this.colour);
    this.at = place;
    this.redraw();
  }

  private placeOf({ clientX, clientY }: PointerEvent): Place {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) / width) * SIDE, ((clientY - top) / height) * SIDE];
  }

  /** Draws the image, and the cursor where keys move it. */
  private redraw(): void {
    show(this.canvas, this.image);
    if (!this.canvas.matches(':focus-visible')) return;
    const context = this.canvas.getContext('2d')!;
    for (const [style, width] of [
      ['#fff', 4],
      ['#000', 2],
    ] as const) {
      Object.assign(context, { strokeStyle: style, lineWidth: width });
      context.beginPath();
      context.arc(ZOOM * this.at[0], ZOOM * this.at[1], ZOOM * this.radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
