// Watches backward() and grad(): the graph that they walk, and what the rule of each record gave, in their order. The rules run where
// they always run: each record's own is wrapped by one that notes what goes in and what comes out. So the numbers are the walk's.
import type { Floats } from '../../kernels/devices/device.js';
import { type BackwardOptions, backward, grad, Tensor, tape } from '../../lib/index.js';
import { reachable } from '../../lib/tape/backward.js';
import { tensorsIn } from '../../lib/tape/scope.js';
import type { InputGradient, TapeRecord } from '../../lib/tensor/tensor.js';
import { type Look, lookAt } from './look.js';

/** Records up to which a graph is looked at, and walks up to which they are. */
export const MOST = { records: 300, walks: 20 };

/** A tensor of the graph. */
export interface SeenTensor {
  /** Its place in the list. */
  id: number;
  kind: 'parameter' | 'constant' | 'result';
  /** The program's name for it, '' where it has none. */
  name: string;
  /** Where it was made, if by an operation. */
  origin: Origin | null;
  look: Look;
}

/** An operation that ran. */
export interface Origin {
  op: string;
  /** The line of the program, 0 where it is not known. */
  line: number;
}

/** A record of the tape. */
export interface SeenRecord {
  number: number;
  op: string;
  line: number;
  /** Arguments that are no tensors, as texts. */
  options: readonly (readonly [name: string, value: string])[];
  inputs: readonly { tensor: number; name: string; carries: boolean }[];
  output: number;
}

/** What a rule gave to one input. */
export interface Given {
  tensor: number;
  name: string;
  gradient: Look;
  /** What had come to the tensor before; null where this is the first. */
  before: Look | null;
  /** All that has come to it. */
  total: Look;
}

/** One rule of the walk. */
export interface Step {
  record: number;
  /** The gradient of the record's output. */
  g: Look;
  /** Whether a hook replaced what had come together. */
  isReplaced: boolean;
  given: readonly Given[];
}

/** One call of backward() or grad(). */
export interface Walk {
  call: 'backward' | 'grad' | 'none';
  tensors: readonly SeenTensor[];
  /** In the order of their recording. */
  records: readonly SeenRecord[];
  /** Where it begins, with the gradients that it begins with. */
  seeds: readonly { tensor: number; gradient: Look }[];
  steps: readonly Step[];
  /** The grad of every leaf afterwards: backward() adds to it what came. */
  leaves: readonly { tensor: number; grad: Look }[];
  /** Records where there are too many to be looked at; 0 elsewhere. */
  tooMany: number;
}

/** What is known of the program beside its tensors. */
export interface Source {
  nameOf: (t: Tensor) => string;
  originOf: (t: Tensor) => Origin | null;
}

export class TapeWatch {
  readonly walks: Walk[] = [];
  /** Walks beyond those that are kept. */
  further = 0;

  constructor(private readonly source: Source) {}

  /** backward(), watched. */
  readonly backward = (loss: Tensor, options?: BackwardOptions): void => {
    this.walk('backward', loss, options?.gradient, () => backward(loss, options));
  };

  /** grad(), watched. */
  readonly grad = ((...args: Parameters<typeof grad>) =>
    this.walk('grad', args[0], args[2]?.gradOutputs, () => grad(...args))) as typeof grad;

  /**
   * For a program that walks nothing back: walks its last result back, or looks at the graph behind it where that is no single
   * number. Returns what was done in words, '' for nothing.
   */
  lookBack(last: Tensor | null): string {
    const isOpen = last?.record && !last.record.consumed && !last.isReleased && last.device.sync;
    if (!isOpen || this.walks.length > 0) return '';
    const what = this.source.nameOf(last) || `the output of ${last.record!.op}`;
    const said = 'The program does not call backward()';
    if (last.size === 1) {
      this.backward(last);
      return `${said}, so this page called it on ${what}.`;
    }
    this.walks.push(new Picture('none', [last], [], this.source).walk());
    return `${said}, and ${what} is no single number. Reduce it, with sum() for instance.`;
  }

  private walk<T>(call: 'backward' | 'grad', from: unknown, seeds: unknown, run: () => T): T {
    const [outputs, given] = [tensorsIn(from), tensorsIn(seeds)];
    const isSync = outputs.every((t) => t.device.sync);
    if (!isSync || this.walks.length === MOST.walks) {
      this.further++;
      return run();
    }
    const picture = new Picture(call, outputs, given, this.source);
    if (picture.isEmpty) return run();
    this.walks.push(picture.walk());
    const index = this.walks.length - 1;
    try {
      return picture.watch(run);
    } finally {
      this.walks[index] = picture.walk();
    }
  }
}

/** What is seen of one walk. */
class Picture {
  private readonly records: readonly TapeRecord[];
  private readonly tooMany: number = 0;
  private readonly ids = new Map<Tensor, number>();
  private readonly tensors: SeenTensor[] = [];
  private readonly seen: SeenRecord[];
  private readonly steps: Step[] = [];
  /** What has come to each tensor so far. */
  private readonly totals = new Map<Tensor, Floats>();
  private readonly seeds: Walk['seeds'];
  private leaves: Walk['leaves'] = [];

  constructor(
    private readonly call: Walk['call'],
    outputs: readonly Tensor[],
    given: readonly Tensor[],
    private readonly source: Source,
  ) {
    const records = reachable(outputs).filter(({ consumed }) => !consumed);
    this.records = records.length > MOST.records ? [] : records;
    if (records.length > MOST.records) this.tooMany = records.length;
    const options = new Map(
      outputs.flatMap((t) => tape(t).lines).map((line) => [line.number, line.attributes]),
    );
    this.seen = this.records
      .toReversed()
      .map((entry) => this.seenRecord(entry, options.get(entry.number) ?? {}));
    if (call === 'none' || this.seen.length === 0) this.seeds = [];
    else this.seeds = outputs.map((t, i) => this.seed(t, given[i]));
  }

  /** Whether there is nothing to walk: the walk itself says why. */
  get isEmpty(): boolean {
    return this.seen.length === 0 && this.tooMany === 0;
  }

  /** Runs a walk and notes what each of its rules does. */
  watch<T>(run: () => T): T {
    const rules = this.records.map((entry) => ({ entry, rule: entry.vjp }));
    for (const { entry, rule } of rules)
      entry.vjp = (g) => {
        const found = rule(g);
        this.note(entry, g, found);
        return found;
      };
    try {
      const result = run();
      if (this.call === 'backward') this.noteLeaves();
      return result;
    } finally {
      for (const { entry, rule } of rules) if (!entry.consumed) entry.vjp = rule;
    }
  }

  walk(): Walk {
    const { call, tensors, seen: records, seeds, steps, leaves, tooMany } = this;
    return { call, tensors, records, seeds, steps, leaves, tooMany };
  }

  private seenRecord({ number, op, args, inputs, output }: TapeRecord, options: object): SeenRecord {
    const places = Object.entries(args).flatMap(([name, value]) => {
      const found = tensorsIn(value);
      const isOne = found.length === 1 && found[0] === value;
      return found.map((t, i) => ({
        tensor: this.idOf(t),
        name: isOne ? name : `${name}[${i}]`,
        carries: t.requiresGrad && inputs.includes(t),
      }));
    });
    return {
      ...{ number, op, inputs: places, output: this.idOf(output) },
      line: this.source.originOf(output)?.line ?? 0,
      options: Object.entries(options).map(([name, value]) => [name, written(value)]),
    };
  }

  private idOf(t: Tensor): number {
    const known = this.ids.get(t);
    if (known !== undefined) return known;
    const id = this.tensors.length;
    this.ids.set(t, id);
    const kind = t.record && !t.record.consumed ? 'result' : t.requiresGrad ? 'parameter' : 'constant';
    this.tensors.push({
      ...{ id, kind, name: this.source.nameOf(t), origin: this.source.originOf(t) },
      look: t.isReleased ? lookAt([], [0]) : lookOf(t),
    });
    return id;
  }

  private seed(t: Tensor, given: Tensor | undefined): { tensor: number; gradient: Look } {
    const values = given ? valuesOf(given) : valuesOf(t).fill(1);
    this.totals.set(t, values);
    return { tensor: this.idOf(t), gradient: lookAt(values, t.shape) };
  }

  private note(entry: TapeRecord, g: Tensor, found: readonly InputGradient[]): void {
    const came = this.totals.get(entry.output);
    const values = valuesOf(g);
    this.steps.push({
      record: entry.number,
      g: lookAt(values, g.shape),
      isReplaced: !came?.every((value, i) => Object.is(value, values[i])),
      // a rule that gives something else is refused by the walk
      given: found.filter(({ gradient }) => gradient instanceof Tensor).map((each) => this.give(each)),
    });
  }

  /** Adds a gradient to what has come, as the walk does: one addition each, rounded as the device rounds. */
  private give({ name, input, gradient }: InputGradient): Given {
    const values = valuesOf(gradient);
    const before = this.totals.get(input);
    const total = before ? before.map((value, i) => value + values[i]) : values;
    this.totals.set(input, total);
    return {
      ...{ tensor: this.idOf(input), name, gradient: lookAt(values, gradient.shape) },
      before: before ? lookAt(before, input.shape) : null,
      total: lookAt(total, input.shape),
    };
  }

  private noteLeaves(): void {
    const leaves = [...this.totals.keys()].filter(({ record, grad }) => !record && grad);
    this.leaves = leaves.map((t) => ({ tensor: this.idOf(t), grad: lookOf(t.grad!) }));
  }
}

/** A copy of a tensor's values. */
const valuesOf = (t: Tensor): Floats => t.storage.peek().slice();
const lookOf = (t: Tensor): Look => lookAt(t.storage.peek(), t.shape);

function written(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(written).join(', ')}]` : String(value);
}
