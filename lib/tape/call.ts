// What a record keeps of a call, and what the gradient rules see of it later.
import { state } from '../tensor/state.js';
import type { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { replaceTensors, tensorsIn } from './scope.js';
import { type Args, type Call, record } from './tape.js';

/** Tensors, and what each held when they were noted. */
interface Held {
  tensors: Tensor[];
  storages: Storage[];
}

/** What every tensor among the arguments holds now. */
export function storagesOf(args: Args): Held {
  const held: Held = { tensors: [], storages: [] };
  note(held, args);
  return held;
}

function note({ tensors, storages }: Held, values: unknown): void {
  for (const t of tensorsIn(values)) {
    if (tensors.includes(t)) continue;
    tensors.push(t);
    storages.push(t.storage);
  }
}

/** A call as its record keeps it: the caller may change lists, step parameters and release tensors afterwards. */
export function keep(
  args: Args,
  inputs: readonly Tensor[],
  before: Held,
  out: Tensor,
  saved: object | undefined,
): Call {
  const copy: Record<string, unknown> = {};
  for (const name in args) copy[name] = Array.isArray(args[name]) ? [...args[name]] : args[name];
  before.tensors.push(out);
  before.storages.push(out.storage);
  if (saved) note(before, saved);
  return { args: copy, inputs, out, saved: saved ?? {}, ...before };
}

/** What the rules see; a tensor whose values were replaced or released since stands as it was. */
export function contextOf({ args, out, saved, tensors, storages }: Call, g: Tensor): object {
  const context = { ...args, out, saved, g };
  if (tensors.every((t, i) => t.shows(storages[i]))) return context;
  const past = new Map<Tensor, Tensor>();
  return replaceTensors(context, (t) => {
    const storage = storages[tensors.indexOf(t)];
    if (!storage || t.shows(storage)) return t;
    const before = past.get(t) ?? asItWas(t, storage);
    past.set(t, before);
    return before;
  });
}

/** A tensor with the values it had; while gradients are recorded it passes its own gradient on to the tensor. */
function asItWas(t: Tensor, storage: Storage): Tensor {
  const past = new Tensor(t.shape, storage.retain());
  if (state.recording && t.requiresGrad) {
    const call = { args: { x: t }, inputs: [t], out: past, saved: {}, tensors: [], storages: [] };
    const vjp = (g: Tensor) => [{ name: 'x', input: t, gradient: g }];
    record({ op: 'asItWas', call, saved: [], vjp, milliseconds: 0, calledAt: '' });
  }
  return past;
}
