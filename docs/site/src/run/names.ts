// What a program says of its tensors: the variables that hold them, and the lines that made them.
import { Module, Tensor } from '../../../../dist/lib/index.js';
import { state } from '../../../../dist/lib/tensor/state.js';
import type { Origin, Source } from '../../../../dist/models/tape/watch.js';

/** The most entries of a list that are named. */
const ENTRIES = 100;

export class Names implements Source {
  private readonly names = new WeakMap<Tensor, { name: string; isTop: boolean }>();
  private readonly origins = new WeakMap<object, Origin>();
  /** The last tensor that an operation made. */
  last: Tensor | null = null;

  readonly nameOf = (t: Tensor): string => this.names.get(t)?.name ?? '';
  readonly originOf = (t: Tensor): Origin | null => this.origins.get(t) ?? null;

  /** Takes the variables of a statement; those outside of functions go before those inside, and the first before later ones. */
  tell(variables: Readonly<Record<string, unknown>>, isTop: boolean): void {
    for (const [name, value] of Object.entries(variables)) this.name(name, value, isTop);
  }

  private name(name: string, value: unknown, isTop: boolean): void {
    if (value instanceof Tensor) {
      const known = this.names.get(value);
      if (!known || (isTop && !known.isTop)) this.names.set(value, { name, isTop });
    } else if (value instanceof Module) {
      for (const [path, t] of [...value.namedParameters(), ...value.namedBuffers()])
        this.name(`${name}.${path}`, t, isTop);
    } else if (Array.isArray(value)) {
      value.slice(0, ENTRIES).forEach((each, i) => {
        if (each instanceof Tensor || each instanceof Module) this.name(`${name}[${i}]`, each, isTop);
      });
    }
  }

  /** Notes of every operation which line of the program it was called in. */
  listen(lineOf: (stack: string) => number): void {
    state.trace = (op, _args, outputs) => {
      const origin = { op, line: lineOf(new Error().stack ?? '') };
      for (const t of outputs) this.origins.set(t, origin);
      this.last = outputs[0] as Tensor;
    };
  }
}
