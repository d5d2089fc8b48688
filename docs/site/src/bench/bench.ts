// The bench: one state, and pictures and words that show it.
import '../../../../models/report/page/style.css';
import '../style.css';
import './bench.css';
import { openReference } from '../../../../dist/kernels/devices/reference.js'; // alone: openDevice brings all devices along
import { setDevice } from '../../../../dist/lib/index.js';
import { hashOf, stateOf } from '../../../../dist/models/lab/bench/link.js';
import { moveSample, weigh } from '../../../../dist/models/lab/bench/moves.js';
import { type Exact, type Outcome, outcomeOf } from '../../../../dist/models/lab/bench/numbers.js';
import { presetState } from '../../../../dist/models/lab/bench/presets.js';
import type { BenchState } from '../../../../dist/models/lab/bench/state.js';
import { short } from '../../../../dist/models/report/draw/scale.js';
import { Asker } from './asker.js';
import { ChannelView } from './channel.js';
import { ColumnsView } from './columns.js';
import { listen, show } from './form.js';
import { LikelihoodView } from './likelihood.js';
import { OutputView } from './outputs.js';
import { type Actions, type Seen, seenOf } from './seen.js';
import { allNumbers, factsOf, mixtureTable } from './words.js';

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

class Bench implements Actions {
  private state: BenchState;
  /** The state of the address. */
  private settled: BenchState;
  /** The newest numbers, and the state that they are of. */
  private outcome: { of: BenchState; values: Outcome } | null = null;
  /** The newest exact gradients, which come later, and theirs. */
  private exact: { of: BenchState; values: Exact } | null = null;
  private isScheduled = false;
  private readonly asker: Asker;
  private readonly views: { draw(seen: Seen): void }[];
  /** The view that shows the exact gradients. */
  private readonly columns: ColumnsView;

  constructor(private readonly initial: BenchState) {
    this.state = initial;
    this.settled = initial;
    this.columns = new ColumnsView(find('columns'), this);
    const outputs = (['bn', 'mn'] as const).map((norm) => new OutputView(find(norm), norm));
    this.views = [
      new ChannelView(find('channel'), this),
      ...outputs,
      new LikelihoodView(find('likelihoods')),
    ];
    const take = (of: BenchState, values: Exact) => {
      this.exact = { of, values };
      this.schedule();
    };
    this.asker = new Asker(take, alarm);
    find('all').addEventListener('toggle', () => this.schedule());
    addEventListener('hashchange', () => this.load());
    listen((move) => {
      this.change(move(this.state));
      this.settle();
    }, alarm);
    this.load();
  }

  select(selected: number): void {
    if (selected !== this.state.selected) this.change({ ...this.state, selected });
  }

  move(value: number): void {
    this.change(moveSample(this.state, this.state.selected, value));
  }

  weigh(index: number, weight: number): void {
    this.change({ ...weigh(this.state, index, weight), selected: index });
  }

  /** Puts the state into the address: as a new one, unless another sample was selected and nothing else changed. */
  settle(): void {
    const hash = hashOf(this.state, this.initial);
    if (hash === location.hash.slice(1)) return;
    const content = (state: BenchState) => hashOf({ ...state, selected: 0 }, this.initial);
    const isNew = content(this.state) !== content(this.settled);
    const address = hash ? `#${hash}` : location.pathname + location.search;
    history[isNew ? 'pushState' : 'replaceState'](null, '', address);
    this.settled = this.state;
  }

  /** Takes the state of the address. */
  private load(): void {
    const { state, problems } = stateOf(location.hash, this.initial);
    alarm(problems.length === 0 ? '' : `The link could not be taken as a whole. ${problems.join('. ')}.`);
    this.settled = state;
    this.change(state);
  }

  private change(state: BenchState): void {
    this.state = state;
    find('main').dataset.settled = 'false';
    this.asker.ask(state);
    this.schedule();
  }

  /** Draws with the next frame; how often is noted for who measures it. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    requestAnimationFrame(() => {
      this.isScheduled = false;
      this.draw();
      performance.mark('frame');
    });
  }

  private draw(): void {
    const { state, exact } = this;
    const isNew = this.outcome?.of !== state;
    if (isNew) this.outcome = { of: state, values: outcomeOf(state) };
    const isSettled = exact?.of === state;
    const seen = seenOf(state, this.outcome!.values, exact?.values ?? null, isSettled);
    if (isNew) {
      for (const view of this.views) view.draw(seen);
      show(state);
      writeMixture(seen);
    }
    this.columns.draw(seen);
    writeSamples(seen);
    find('main').dataset.settled = String(isSettled);
  }
}

function alarm(message: string): void {
  find('alert').textContent = message;
}

/** Writes the numbers of the mixture. */
function writeMixture(seen: Seen): void {
  const { logLikelihoods, normalizing } = seen.outcome;
  const likelihood = logLikelihoods[seen.state.rounds];
  find('likelihood').innerHTML = `<data value="${likelihood}">${short(likelihood)}</data>`;
  find('mixture').innerHTML = mixtureTable(seen).text;
  find('mn-note').textContent = `${normalizing.means.length} means and deviations`;
}

/** Writes the numbers of the selected sample, and where they are looked at, of all. */
function writeSamples(seen: Seen): void {
  find('facts').innerHTML = factsOf(seen).text;
  const all = find<HTMLDetailsElement>('all');
  if (all.open && seen.isSettled) all.querySelector('.scroll')!.innerHTML = allNumbers(seen).text;
}

setDevice(openReference());
new Bench(presetState('two'));
