// The files of one network: to download, and to load again.
import type { Kept } from '../../../dist/models/lab/keeping.js';
import type { Order, Report } from './protocol.js';

const kinds: Record<Kept, string> = {
  weights: 'Save weights',
  state: 'Save state',
  onnx: 'Save ONNX',
};

const taken = { weights: 'weights are', state: 'state of training is' };

export class NetworkFiles {
  private readonly line = document.createElement('p');

  constructor(
    box: HTMLElement,
    name: string,
    private readonly tell: (order: Order) => void,
  ) {
    const button = (text: string, act: () => void) => {
      const made = Object.assign(document.createElement('button'), { type: 'button', textContent: text });
      made.ariaLabel = `${text} (${name} network)`;
      made.onclick = act;
      return made;
    };
    const input = Object.assign(document.createElement('input'), { type: 'file', hidden: true });
    input.accept = '.safetensors';
    input.onchange = async () => {
      const [file] = input.files ?? [];
      input.value = ''; // the same file can be chosen again
      if (file) await this.load(file);
    };
    this.line.className = 'hint';
    this.line.role = 'status';
    const saving = Object.entries(kinds).map(([what, text]) =>
      button(text, () => tell({ kind: 'keep', what: what as Kept })),
    );
    box.replaceChildren(
      ...saving,
      input,
      button('Load weights or state …', () => input.click()),
      this.line,
    );
  }

  private async load(file: File): Promise<void> {
    try {
      this.tell({ kind: 'take over', name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    } catch (error) {
      this.line.textContent = `${file.name}: cannot be read: ${(error as Error).message}`;
    }
  }

  /** Downloads what was made, and says what came of a file. */
  hear(report: Report): void {
    if (report.kind === 'file') {
      download(report.name, report.bytes);
      this.line.textContent = `${report.name}: saved`;
    } else if (report.kind === 'taken over') {
      this.line.textContent = `${report.name}: its ${taken[report.what]} taken over`;
    } else if (report.kind === 'refused') this.line.textContent = `${report.message}; nothing has changed.`;
  }

  clear(): void {
    this.line.textContent = '';
  }
}

function download(name: string, bytes: Uint8Array): void {
  const href = URL.createObjectURL(new Blob([bytes as BlobPart]));
  Object.assign(document.createElement('a'), { href, download: name }).click();
  // the download has its own hold on the bytes once it has begun
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
