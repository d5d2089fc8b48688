// Parameter groups: lists of parameters with options of their own.
import { isRecord } from '../../kernels/errors.js';
import { OptionError } from '../errors.js';
import { describe } from '../options.js';
import { checkTensors } from '../tape/run.js';
import { Tensor } from '../tensor/tensor.js';

/** Parameters and the options to move them by; the options may be changed between steps. */
export type ParamGroup<O> = { readonly params: readonly Tensor[] } & O;

/** Parameters with some options; the others are those of the optimizer. */
export type ParamGroupOptions<O> = { readonly params: readonly Tensor[] } & { [K in keyof O]?: O[K] };

/** What an optimizer takes: tensors, or groups of them. */
export type Params<O> = readonly Tensor[] | readonly ParamGroupOptions<O>[];

/** The groups given, each with its parameters and options; a list of tensors is one group. @throws OptionError */
export function readGroups(op: string, params: unknown): { params: readonly Tensor[]; own: object }[] {
  if (!Array.isArray(params)) {
    throw new OptionError(`${op}: params is ${describe(params)}, expected an array of tensors or of groups`);
  }
  const groups = params.some(isRecord)
    ? params.map((group, i) => readGroup(op, group, i))
    : [oneGroup(params)];
  checkParams(
    op,
    groups.flatMap((group) => group.params),
  );
  return groups;
}

const oneGroup = (params: readonly Tensor[]) => ({ params: [...params], own: {} });

function readGroup(op: string, group: unknown, i: number): { params: readonly Tensor[]; own: object } {
  if (!isRecord(group)) {
    throw new OptionError(`${op}: group ${i} is ${describe(group)}, expected { params } and its options`);
  }
  const { params, ...own } = group;
  if (!Array.isArray(params)) {
    throw new OptionError(`${op}: params of group ${i} is ${describe(params)}, expected an array of tensors`);
  }
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return { params: [...params], own: Object.fromEntries(given) };
}

/** @throws OptionError unless all are leaves that require a gradient, each once */
function checkParams(op: string, params: readonly Tensor[]): void {
  if (params.length === 0) throw new OptionError(`${op}: no parameters to optimize`);
  params.forEach((param, i) => {
    checkTensors(op, { [`parameter ${i}`]: param });
    if (!param.isLeaf) throw new OptionError(`${op}: parameter ${i} is the output of an operation`);
    if (!param.isParameter) throw new OptionError(`${op}: parameter ${i} does not require a gradient`);
    const first = params.indexOf(param);
    if (first < i) throw new OptionError(`${op}: parameter ${i} is parameter ${first} again`);
  });
}

/** A group whose options can be written, and whose parameters cannot. */
export function groupOf<O extends object>(params: readonly Tensor[], options: O): ParamGroup<O> {
  const group = { ...options, params: Object.freeze(params) };
  return Object.defineProperty(group, 'params', { writable: false });
}

/** A group's options alone. */
export function optionsOfGroup<O>({ params, ...options }: ParamGroup<O>): unknown {
  return options;
}

/** One tensor or several, as functions of parameters take them. @throws OptionError naming one that is none */
export function tensorsOf(op: string, given: unknown): readonly Tensor[] {
  if (given instanceof Tensor) return [given];
  if (!Array.isArray(given)) {
    throw new OptionError(
      `${op}: parameters is ${describe(given)}, expected a tensor or an array of tensors`,
    );
  }
  [...given].forEach((param, i) => {
    checkTensors(op, { [`parameter ${i}`]: param });
  });
  return given;
}
