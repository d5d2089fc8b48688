// The tape, seen: a program, its output, and its tape as a graph that one walks back through.
import '../../../models/report/page/style.css';
import './style.css';
import './tape/tape.css';
import { examples } from '../../../dist/models/tape/examples.js';
import { decodeProgram, encodeProgram } from '../../../dist/models/tape/link.js';
import type { Walk } from '../../../dist/models/tape/watch.js';
import { createEditor } from './editor.js';
import { type Result, runProgram } from './run/index.js';
import { TapeView } from './tape/view.js';

const LIMIT = 10_000;

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const [runButton, stopButton] = ['run', 'stop'].map((id) => find<HTMLButtonElement>(id));
const exampleSelect = find<HTMLSelectElement>('example');
const deviceSelect = find<HTMLSelectElement>('device');
const section = find('seen');

const editor = createEditor(find('editor'), {
  label: 'program',
  value: examples[0].code,
  onRun: () => run(),
});
const view = new TapeView(section, {
  onLine: (line, go) => {
    editor.mark(line, 'shown');
    if (go) editor.goTo(line);
  },
});

let running: AbortController | null = null;
let runs = 0;

/** Runs what the editor has, in place of what still runs. */
async function run(): Promise<void> {
  running?.abort();
  const own = new AbortController();
  running = own;
  stopButton.disabled = false;
  find('log').replaceChildren();
  find('alert').textContent = '';
  find('status').textContent = 'runs';
  editor.mark(0);
  const { value: code } = editor;
  void link(code);
  const device = deviceSelect.value as 'reference' | 'wasm';
  const result = await runProgram(code, {
    ...{ device, signal: own.signal, limit: LIMIT, watch: true },
    onLog: (text, level) => {
      if (running === own) print(text, level);
    },
  });
  if (running !== own) return;
  running = null;
  stopButton.disabled = true;
  show(result);
  find('status').dataset.runs = String(++runs);
}

function print(text: string, level: string): void {
  const line = document.createElement('span');
  line.className = level;
  line.textContent = `${text}\n`;
  find('log').append(line);
}

function show({ end, failure, seen, milliseconds }: Result): void {
  const said = { done: 'Ran', failed: 'Failed after', stopped: 'Stopped after', late: 'Stopped after' }[end];
  const walks = seen.walks.length + seen.further;
  const many = walks > 1 ? ` and walked back ${walks} times` : '';
  find('status').textContent = [
    end === 'done'
      ? `${said} in ${milliseconds.toFixed(0)} ms${many}.`
      : `${said} ${milliseconds.toFixed(0)} ms.`,
    seen.note,
  ].join(' ');
  if (failure) {
    find('alert').textContent = failure.line ? `Line ${failure.line}: ${failure.message}` : failure.message;
  }
  offer(seen.walks);
  editor.mark(failure?.line ?? 0);
}

/** Shows a walk, and offers the others. */
function offer(walks: readonly Walk[]): void {
  section.hidden = walks.length === 0;
  const select = find<HTMLSelectElement>('walk');
  select.replaceChildren(
    ...walks.map((walk, i) => new Option(`${i + 1}: ${walk.call}(), ${walk.records.length} records`)),
  );
  select.parentElement!.hidden = walks.length < 2;
  const take = () => {
    const walk = walks[select.selectedIndex];
    const isLong = walk.tooMany > 0;
    find('long').textContent = isLong ? `This tape has ${walk.tooMany} records, too many to be drawn.` : '';
    find('whole').hidden = isLong;
    if (!isLong) view.take(walk);
  };
  select.onchange = take;
  if (walks.length > 0) take();
}

/** Puts the program into the address. */
async function link(code: string): Promise<void> {
  const known = examples.find((each) => each.code === code.trim());
  const asked = new URLSearchParams(known ? { example: known.name } : { program: await encodeProgram(code) });
  if (deviceSelect.value === 'wasm') asked.set('device', 'wasm');
  exampleSelect.value = known?.name ?? '';
  history.replaceState(null, '', `#${asked}`);
}

/** Takes the program of the address. One that is not ours waits until it is read and run. */
async function open(): Promise<void> {
  const asked = new URLSearchParams(location.hash.slice(1));
  deviceSelect.value = asked.get('device') === 'wasm' ? 'wasm' : 'reference';
  const program = asked.get('program');
  if (program === null) {
    const { name, code } = examples.find((each) => each.name === asked.get('example')) ?? examples[0];
    exampleSelect.value = name;
    editor.value = code;
    return run();
  }
  exampleSelect.value = '';
  section.hidden = true;
  try {
    editor.value = await decodeProgram(program);
    find('status').textContent = 'This program came with the link. Read it, then run it.';
  } catch (error) {
    find('alert').textContent = (error as Error).message;
  }
}

exampleSelect.replaceChildren(
  new Option('your own', ''),
  ...examples.map(({ name, title }) => new Option(title, name)),
);
exampleSelect.onchange = () => {
  const chosen = examples.find(({ name }) => name === exampleSelect.value);
  if (!chosen) return;
  editor.value = chosen.code;
  void run();
};
deviceSelect.onchange = () => void run();
runButton.onclick = () => void run();
stopButton.onclick = () => running?.abort();
addEventListener('hashchange', () => void open());
void open();
