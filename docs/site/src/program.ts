// Runs the program of a page as it stands in its editor.
import '../../../models/report/page/style.css';
import './style.css';
import { ProgramError, runProgram } from './run/run.js';

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const code = find<HTMLTextAreaElement>('code');
const [runButton, stopButton, resetButton] = ['run', 'stop', 'reset'].map((id) =>
  find<HTMLButtonElement>(id),
);
const [printed, state, alert] = ['printed', 'state', 'alert'].map(find);

let running: AbortController | null = null;

/** Shows an error, and selects its line. */
function tell({ message, line }: ProgramError): void {
  alert.textContent = line > 0 ? `Line ${line}: ${message}` : message;
  const lines = code.value.split('\n');
  if (line < 1 || line > lines.length) return;
  const start = lines.slice(0, line - 1).join('\n').length + Number(line > 1);
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
  const start = performance.now();
  try {
    const onLog = (line: string) => printed.append(`${line}\n`);
    await runProgram(code.value, { onLog, signal: own.signal });
    state.textContent = `It ended after ${((performance.now() - start) / 1000).toFixed(1)} s.`;
  } catch (error) {
    if (own !== running) return; // it was begun anew
    state.textContent = own.signal.aborted ? 'It was stopped.' : 'It failed.';
    if (error instanceof ProgramError) tell(error);
    else if (!own.signal.aborted) throw error;
  }
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
