// What the networks learn from: a line about it, and the ways to give them images of one's own.
import type { Choices, DataKind } from '../../../dist/models/lab/choices.js';
import type { GivenFile } from '../../../dist/models/lab/own/given.js';
import { limited, type Own, sentenceOf } from '../../../dist/models/lab/own/parts.js';
import { chosen, dropped } from './dropped.js';
import type { Images } from './protocol.js';
import type { Reading } from './reader.js';

/** What is asked for where a link wants images that are not here. */
const requests: Record<Own['kind'], string> = {
  cifar:
    'This experiment learns from CIFAR files. Choose or drop data_batch_1.bin and others, train.bin, or the .tar.gz archive.',
  folder:
    'This experiment learns from a folder of PNG files. Choose or drop a folder that has a folder for each class.',
  drawings: 'This experiment learns from drawings. Draw some.',
};

export class DataPanel {
  private readonly own = new Map<DataKind, Own>();
  private reader: Worker | null = null;
  private readonly line: HTMLElement;
  private readonly fault: HTMLElement;
  private said = '';

  /** `onNew` is told of images that were read. */
  constructor(
    box: HTMLElement,
    private readonly onNew: (kind: Own['kind']) => void,
  ) {
    const find = <T extends HTMLElement>(name: string) => box.querySelector<T>(`[data-part=${name}]`)!;
    this.line = find('line');
    this.fault = find('fault');
    for (const name of ['files', 'folder']) {
      const input = find<HTMLInputElement>(name);
      const button = input.nextElementSibling as HTMLButtonElement;
      button.onclick = () => input.click();
      input.onchange = () => {
        this.read(chosen(input));
        input.value = ''; // the same files can be chosen again
      };
    }
    this.listenForDrops();
  }

  /** What an experiment learns from; what is asked for, in words, where it is not here. */
  imagesFor({ data, images, testImages }: Choices): Images | string {
    const most = { train: Number(images), test: Number(testImages) };
    if (data === 'synthetic') return { kind: 'synthetic', ...most };
    const own = this.own.get(data as DataKind);
    return own ? { kind: 'own', ...limited(own, most) } : requests[data as Own['kind']];
  }

  /** Says what an experiment learns from. */
  tell(choices: Choices): void {
    const images = this.imagesFor(choices);
    const own = this.own.get(choices.data as DataKind);
    const count = (n: number) => n.toLocaleString('en');
    if (typeof images === 'string') this.said = images;
    else if (images.kind === 'own') this.said = `${sentenceOf(images, own!)} ${own!.note}`;
    else
      this.said =
        `Synthetic images: ${count(images.train)} to train and ${count(images.test)} to test, ` +
        'of 32×32 pixels in colour, 10 classes. The page draws them.';
    this.line.textContent = this.said;
  }

  /** Takes images that were made in the page. */
  take(own: Own): void {
    this.fault.textContent = '';
    this.own.set(own.kind, own);
    this.onNew(own.kind);
  }

  /** Reads files; what was read before stays until they are read. */
  private read(files: readonly GivenFile[]): void {
    this.reader?.terminate();
    this.fault.textContent = '';
    this.line.textContent = 'Reading …';
    this.reader = new Worker(new URL('./reader.ts', import.meta.url), { type: 'module' });
    this.reader.onmessage = ({ data }: MessageEvent<Reading>) => this.hear(data);
    this.reader.onerror = ({ message }) => this.hear({ kind: 'fault', message });
    this.reader.postMessage(files);
  }

  private hear(reading: Reading): void {
    if (reading.kind === 'progress') {
      const [done, all] = [reading.done, reading.all].map((count) => count.toLocaleString('en'));
      this.line.textContent = `Reading: ${done} of ${all} images`;
      return;
    }
    this.reader?.terminate();
    this.reader = null;
    if (reading.kind === 'read') this.take(reading.own);
    else this.refuse(reading.message);
  }

  /** Says what is wrong; nothing else changes. */
  private refuse(message: string): void {
    this.fault.textContent = message;
    this.line.textContent = this.said;
  }

  private listenForDrops(): void {
    addEventListener('dragover', (event) => {
      event.preventDefault();
      document.body.classList.add('dropping');
    });
    addEventListener('dragleave', ({ relatedTarget }) => {
      if (!relatedTarget) document.body.classList.remove('dropping');
    });
    addEventListener('drop', async (event) => {
      event.preventDefault();
      document.body.classList.remove('dropping');
      if (!event.dataTransfer?.types.includes('Files')) return;
      await dropped(event.dataTransfer).then(
        (files) => this.read(files),
        ({ message }: Error) => this.refuse(message),
      );
    });
  }
}
