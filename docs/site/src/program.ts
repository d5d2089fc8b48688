// Runs the program of a page as it stands in its editor.
import '../../../models/report/page/style.css';
import './style.css';
import { createEditor } from './editor.js';
import { type Failure, type Result, runProgram } from './run/index.js';

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [runButton, stopButton, resetButton] = ['run', 'stop', 'reset'].map((id) =>
  find<HTMLButtonElement>(id),
);
const [printed, state, alert] = ['printed', 'state', 'alert'].map(find);

/** Milliseconds that a program may take: those of chapters need seconds. */
const LIMIT = 300_000;
const WORDS: Record<Result['end'], string> = {
  done: 'It ended',
  failed: 'It failed',
  stopped: 'It was stopped',
  late: 'It was stopped',
};

let running: AbortController | null = null;

const program = find('code').textContent;
const editor = createEditor(find('code'), { label: 'The program', value: program, onRun: () => run() });

/** Tells what is wrong, and marks the line. */
function tell({ message, line }: Failure): void {
  alert.textContent = line > 0 ? `Line ${line}: ${message}` : message;
  editor.mark(line);
}

async function run(): Promise<void> {
  running?.abort();
  const own = new AbortController();
  running = own;
  stopButton.disabled = false;
  printed.textContent = '';
  alert.textContent = '';
  editor.mark(0);
  state.textContent = 'It runs.';
  const onLog = (line: string) => printed.append(`${line}\n`);
  const { end, failure, milliseconds } = await runProgram(editor.value, {
    ...{ onLog, signal: own.signal, limit: LIMIT },
  });
  if (own !== running) return; // it was begun anew
  state.textContent = `${WORDS[end]} after ${(milliseconds / 1000).toFixed(1)} s.`;
  if (failure && end !== 'stopped') tell(failure);
  stopButton.disabled = true;
}

runButton.onclick = run;
stopButton.onclick = () => running?.abort();
resetButton.onclick = () => {
  editor.value = program;
  editor.focus();
};
