// The slider over evaluations: it draws what the page has as numbers, as the report was drawn.
import { drawChannels, type Frame, type Shown, tableOf, titleOf } from '../draw/frame.js';

/** Evaluations on paper, which has no slider. */
const PRINTED = 6;

/** Shows the slider, where the page has one. */
export function slide(): void {
  const input = document.querySelector<HTMLInputElement>('#frame');
  const data = document.querySelector('#frames');
  if (!input || !data) return;
  const frames: Frame[] = JSON.parse(data.textContent!);
  const output = document.querySelector('output')!;
  const parts = [...document.querySelectorAll<HTMLElement>('.channels')];
  const tables = [...document.querySelectorAll<HTMLElement>('.mixtures')];
  const show = () => {
    const frame = frames[Number(input.value)];
    output.textContent = titleOf(frame);
    input.ariaValueText = titleOf(frame);
    for (const part of parts) part.innerHTML = drawChannels(layerOf(frame, part)).text;
    for (const part of tables) part.innerHTML = tableOf(layerOf(frame, part)).text;
  };
  // A page that is loaded again keeps where its sliders were.
  input.value = input.max;
  input.ariaValueText = titleOf(frames[frames.length - 1]);
  input.hidden = frames.length < 2;
  input.addEventListener('input', show);
  print(frames, parts);
}

/** The channels that a part of the page shows. */
const layerOf = ({ layers }: Frame, part: HTMLElement): Shown[] => layers[part.dataset.layer!] ?? [];

/** On paper the evaluations stand one below the other. */
function print(frames: readonly Frame[], parts: readonly HTMLElement[]): void {
  const every = Math.ceil(frames.length / PRINTED);
  const some = frames.filter((_, i) => (frames.length - 1 - i) % every === 0);
  let printed: HTMLElement[] = [];
  addEventListener('beforeprint', () => {
    printed = parts.flatMap((part) => {
      const all = some.map((frame) => printedFrame(frame, part));
      part.before(...all.flat());
      part.classList.add('off');
      return all.flat();
    });
  });
  addEventListener('afterprint', () => {
    for (const one of printed) one.remove();
    for (const part of parts) part.classList.remove('off');
  });
}

function printedFrame(frame: Frame, part: HTMLElement): HTMLElement[] {
  const [title, channels] = [document.createElement('h4'), document.createElement('div')];
  title.textContent = titleOf(frame);
  channels.className = 'channels';
  channels.innerHTML = drawChannels(layerOf(frame, part)).text;
  return [title, channels];
}
