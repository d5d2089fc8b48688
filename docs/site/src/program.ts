// Runs the program of a page as it stands in its editor.
import '../../../models/report/page/style.css';
import './style.css';
import { type Failure, type Result, runProgram } from './run/index.js';

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const code = find<HTMLTextAreaElement>('code');
const [runButton, stopButton, resetButton] = ['run', 'stop', 'reset'].map((id) =>
  find<HTMLButtonElement>(id),
);
const [printed, state, alert] = ['printed', 'state', 'alert'].map(find);

const WORDS: Record<Result['end'], string> = {
  done: 'It ended',
  failed: 'It failed',
  stopped: 'It was stopped',
};

let running: AbortController | null = null;

/** Tells what is wrong, and selects the line. */
function tell({ message, line }: Failure): void {
  alert.textContent = line > 0 ? `Line ${line}: ${message}` : message;
  const lines = code.value.split('\n');
  if (line < 1 || line > lines.length) return;
  const start = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  code.setSelectionRange(start, start + lines[line - 1].length);
}

async function run(): Promise<void> {
  running?.abort();
  const own = new AbortController();
  running = own;
  stopButton.disabled = false;
  printed.textContent = '';
  alert.textContent = '';
  state.textContent = 'It runs.';
  const onLog = (line: string) => printed.append(`${line}\n`);
  const { end, failure, milliseconds } = await runProgram(code.value, { onLog, signal: own.signal });
  if (own !== running) return; // it was begun anew
  state.textContent = `${WORDS[end]} after ${(milliseconds / 1000).toFixed(1)} s.`;
  if (failure) tell(failure);
  stopButton.disabled = true;
}

runButton.onclick = run;
stopButton.onclick = () => running?.abort();
resetButton.onclick = () => {
  code.value = code.defaultValue;
  code.focus();
};
code.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  run();
});
