// The slider over evaluations: it draws what the page has as numbers, as the report was drawn.
import { drawChannels, type Frame, titleOf } from '../draw/frame.js';

/** Shows the slider, where the page has one. */
export function slide(): void {
  const input = document.querySelector<HTMLInputElement>('#frame');
  const data = document.querySelector('#frames');
  if (!input || !data) return;
  const frames: Frame[] = JSON.parse(data.textContent!);
  const output = document.querySelector('output')!;
  const show = () => {
    const frame = frames[Number(input.value)];
    output.textContent = titleOf(frame);
    input.ariaValueText = titleOf(frame);
    for (const part of document.querySelectorAll<HTMLElement>('.channels'))
      part.innerHTML = drawChannels(frame.layers[part.dataset.layer!] ?? []).text;
  };
  // A page that is loaded again keeps where its sliders were.
  input.value = input.max;
  input.ariaValueText = titleOf(frames[frames.length - 1]);
  input.hidden = frames.length < 2;
  input.addEventListener('input', show);
}
