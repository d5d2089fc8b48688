// The bench's form: what its fields and buttons do to the state, and how they show it.
import {
  addSample,
  moveSample,
  removeSample,
  seededStart,
  warmStart,
  weigh,
  weighAtRandom,
} from '../../../../dist/models/lab/bench/moves.js';
import { presetNames, presetState, titleOf } from '../../../../dist/models/lab/bench/presets.js';
import { type BenchState, checked, fields, upstreamOf } from '../../../../dist/models/lab/bench/state.js';

/** A move that the form makes. */
export type Make = (move: (state: BenchState) => BenchState) => void;

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

/** What the field of each name does with a number that it can have. */
const numbers: Record<string, (state: BenchState, value: number) => BenchState> = {
  rounds: (state, rounds) => ({ ...state, rounds }),
  components: (state, K) => seededStart(state, K, state.seed),
  regCovar: (state, regCovar) => ({ ...state, regCovar }),
  position: (state, value) => moveSample(state, state.selected, value),
  weight: (state, value) => weigh(state, state.selected, value),
};

const turn = (state: BenchState, by: number): BenchState => {
  const { least, most } = fields.rounds;
  return { ...state, rounds: Math.max(least, Math.min(most, state.rounds + by)) };
};

/** What each button does. */
const buttons: Record<string, (state: BenchState) => BenchState> = {
  back: (state) => turn(state, -1),
  forth: (state) => turn(state, 1),
  seed: (state) => seededStart(state, state.start.weights.length, state.seed + 1),
  warm: warmStart,
  add: addSample,
  remove: removeSample,
  random: weighAtRandom,
  ones: (state) => ({ ...state, upstream: state.samples.map(() => 1) }),
};

/** Makes the form's fields and buttons move the state. Errors of `make` and of values are told to `alarm`, '' where there is none. */
export function listen(make: Make, alarm: (message: string) => void): void {
  const trying = (move: (state: BenchState) => BenchState) => {
    try {
      make(move);
      alarm('');
    } catch (error) {
      alarm((error as Error).message);
    }
  };
  for (const [id, move] of Object.entries(buttons)) find(id).onclick = () => trying(move);
  for (const [id, move] of Object.entries(numbers)) {
    const input = find<HTMLInputElement>(id);
    input.onchange = () => {
      const field = fields[id as keyof typeof fields];
      input.ariaInvalid = 'true';
      trying((state) => move(state, Number(checked(field, input.value))));
    };
  }
  const select = find<HTMLSelectElement>('scale');
  select.onchange = () => trying((state) => ({ ...state, scale: select.value as BenchState['scale'] }));
  const loss = find<HTMLSelectElement>('loss');
  loss.onchange = () =>
    trying((state) => ({ ...state, upstream: loss.value === 'at' ? null : upstreamOf(state) }));
  const isWarm = find<HTMLInputElement>('isWarm');
  isWarm.onchange = () => trying((state) => ({ ...state, isWarm: isWarm.checked }));
  for (const name of presetNames) {
    const button = Object.assign(document.createElement('button'), {
      type: 'button',
      textContent: titleOf(name),
    });
    button.onclick = () => trying(() => presetState(name));
    find('presets').append(button);
  }
}

/** Shows a state in the form. */
export function show(state: BenchState): void {
  const { samples, selected, start, rounds, regCovar, scale, upstream, isWarm } = state;
  const [position, weight] = [samples[selected], upstreamOf(state)[selected]];
  const values = { rounds, regCovar, position, weight, components: start.weights.length };
  for (const [id, value] of Object.entries(values)) {
    const input = find<HTMLInputElement>(id);
    input.value = String(value);
    input.ariaInvalid = null;
  }
  find<HTMLSelectElement>('scale').value = scale;
  find<HTMLSelectElement>('loss').value = upstream ? 'weights' : 'at';
  find<HTMLInputElement>('isWarm').checked = isWarm;
  find('selected-title').textContent = `Sample ${selected + 1} of ${samples.length}`;
}
