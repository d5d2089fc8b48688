// trace(): the operations that a function runs, in order, without gradients and whether or not anything requires one.
import { type Disposable, withState } from '../tensor/state.js';
import type { Storage } from '../tensor/storage.js';
import type { Tensor } from '../tensor/tensor.js';
import { storagesOf } from './call.js';
import { notAsync } from './scope.js';
import type { Args } from './tape.js';

/** One operation that ran. */
export interface TracedCall {
  op: string;
  args: Args;
  /** The tensors among the arguments, in whatever they lie. */
  inputs: readonly Tensor[];
  /** Its results, the one that has a gradient first. */
  outputs: readonly Tensor[];
}

/** What a function ran. */
export interface Trace<T> {
  calls: readonly TracedCall[];
  result: T;
  /** What a tensor of the trace held when it was first met, which may have been released since. */
  storageOf: (t: Tensor) => Storage;
  /** Gives back all that was made. */
  release(): void;
}

/** What was met so far, with a share of every storage. */
class Recorder {
  readonly calls: TracedCall[] = [];
  readonly made: Disposable[] = [];
  private readonly met = new Map<Tensor, Storage>();

  /** Notes the tensors among these values, which it returns. */
  meet(values: object): readonly Tensor[] {
    const { tensors, storages } = storagesOf(values as Args);
    tensors.forEach((t, i) => {
      if (!this.met.has(t)) this.met.set(t, storages[i].retain());
    });
    return tensors;
  }

  storageOf(t: Tensor): Storage {
    return this.met.get(t) ?? t.storage;
  }

  release(): void {
    for (const storage of this.met.values()) storage.release();
    for (const claim of this.made) if (!claim.isKept) claim.dispose('was made for a trace');
  }
}

/**
 * Runs fn without gradients and notes its operations, of which it is shown those so far; `what` asks for it.
 * @throws TapeError where fn is async or a generator
 */
export function trace<T>(what: string, fn: (calls: readonly TracedCall[]) => T): Trace<T> {
  const recorder = new Recorder();
  const heard = (op: string, args: object, outputs: readonly Disposable[]) => {
    const [inputs, made] = [args, outputs].map((values) => recorder.meet(values));
    recorder.calls.push({ op, args: args as Args, inputs, outputs: made });
  };
  const observer = (claim: Disposable) => recorder.made.push(claim);
  const { calls } = recorder;
  try {
    const result = withState({ recording: false, observer, trace: heard }, () =>
      notAsync(what, () => fn(calls)),
    );
    if (typeof result === 'object' && result !== null) recorder.meet({ result });
    return {
      calls,
      result,
      storageOf: (t) => recorder.storageOf(t),
      release: () => recorder.release(),
    };
  } catch (error) {
    recorder.release();
    throw error;
  }
}
