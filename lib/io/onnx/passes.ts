// A model in evaluation on two batches: what it ran, and in which of its modules.
import { OptionError } from '../../errors.js';
import type { Module } from '../../nn/module.js';
import { describe } from '../../options.js';
import { numel, type Shape } from '../../shape.js';
import { type Trace, type TracedCall, trace } from '../../tape/trace.js';
import { tensor } from '../../tensor/create.js';
import { currentDevice } from '../../tensor/device.js';
import { Tensor } from '../../tensor/tensor.js';
import { BATCHES } from './sizes.js';

/** One run of the model. */
export interface Pass extends Trace<Tensor> {
  input: Tensor;
  /** The name of the module that each call was made in. */
  where: readonly string[];
}

/** Both runs. */
export interface Passes {
  first: Pass;
  second: Pass;
  /** The model's tensors by their names in the state dictionary. */
  state: readonly (readonly [string, Tensor])[];
  /** Gives back all that they made. */
  release(): void;
}

/** Runs the model on a batch of each size; it is left as it was. @throws OptionError where it ran other operations */
export async function runTwice(model: Module, example: Tensor | Shape): Promise<Passes> {
  const inputs = await batchesOf(model, example);
  const passes: Pass[] = [];
  const release = () => {
    for (const pass of passes) pass.release();
    for (const input of inputs) input.dispose('was the input of an export');
  };
  try {
    evaluated(model, () => {
      for (const input of inputs) passes.push(passOf(model, input));
    });
    const [first, second] = passes;
    checkAlike(first, second);
    const state = [...model.stateItems()].flatMap(([name, item]) =>
      item instanceof Tensor ? [[name, item] as const] : [],
    );
    return { first, second, state, release };
  } catch (error) {
    release();
    throw error;
  }
}

function checkAlike(first: Pass, second: Pass): void {
  const [a, b] = [first, second].map(({ calls }) => calls.map(({ op }) => op));
  if (a.join() === b.join()) return;
  const at = a.findIndex((op, i) => op !== b[i]);
  throw new OptionError(
    `exportOnnx: operation ${at} is ${a[at]} for a batch of ${BATCHES[0]} and ${b[at]} for one of ${BATCHES[1]}, expected the same`,
  );
}

/** The example's rows, repeated, as one batch of each size; zeros where there is a shape only. */
async function batchesOf(model: Module, example: Tensor | Shape): Promise<Tensor[]> {
  const isTensor = example instanceof Tensor;
  const data = isTensor ? await example.data() : [0];
  const shape = isTensor ? example.shape : example;
  const device = isTensor ? example.device : (model.parameters()[0]?.device ?? currentDevice());
  return BATCHES.map((batch) => {
    const full = shape.with(0, batch);
    const values = Float64Array.from({ length: numel(full) }, (_, i) => data[i % data.length]);
    return tensor(values, { shape: full, device });
  });
}

/** Calls fn with the model in evaluation mode; each module's mode returns afterwards. */
function evaluated(model: Module, fn: () => void): void {
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  model.eval();
  try {
    fn();
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

function passOf(model: Module, input: Tensor): Pass {
  const where: string[] = [];
  let leave = () => {};
  try {
    const pass = trace('exportOnnx', (calls) => {
      leave = follow(model, calls, where);
      return model.forward(input);
    });
    if (pass.result instanceof Tensor) return { ...pass, input, where };
    pass.release();
    throw new OptionError(`exportOnnx: forward() returned ${describe(pass.result)}, expected a tensor`);
  } finally {
    leave();
  }
}

/** Notes for every call the innermost module whose forward() it was made in, until the returned function is called. */
function follow(model: Module, calls: readonly TracedCall[], where: string[]): () => void {
  const undos = model.namedModules().map(([name, module]) => {
    const own = Object.getOwnPropertyDescriptor(module, 'forward');
    const { forward } = module;
    const value = (...inputs: unknown[]) => {
      const from = calls.length;
      const output = forward.apply(module, inputs);
      for (let i = from; i < calls.length; i++) where[i] ??= name;
      return output;
    };
    Object.defineProperty(module, 'forward', { value, configurable: true, writable: true });
    return () => {
      if (own) Object.defineProperty(module, 'forward', own);
      else Reflect.deleteProperty(module, 'forward');
    };
  });
  return () => {
    for (const undo of undos) undo();
  };
}
