// What a tensor's ndarray reads and writes: the tensor's own values, wherever they are.
import type { DeviceBuffer, Floats } from '../../kernels/devices/device.js';
import { OptionError } from '../errors.js';
import { describe } from '../options.js';
import type { Storage } from './storage.js';

/** A tensor, as far as its values are concerned. */
interface Holder {
  readonly size: number;
  /** @throws TapeError where they were released */
  readonly storage: Storage;
}

/** The values of a tensor in row-major order, looked up at each access. ndarray knows such an object as a generic store. */
export class Values implements Iterable<number> {
  [index: number]: number;
  readonly length: number;
  /** Where the values were found last. */
  #found: Floats = new Float32Array(0);
  #storage: Storage | null = null;
  #buffer: DeviceBuffer | null = null;
  readonly #tensor: Holder;

  constructor(tensor: Holder) {
    this.#tensor = tensor;
    this.length = tensor.storage.length;
  }

  get(index: number): number {
    return this.#now()[index];
  }

  set(index: number, value: number): void {
    if (typeof value !== 'number')
      throw new OptionError(`ndarray: a value is ${describe(value)}, expected a number`);
    this.#tensor.storage.write(index, value);
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  #now(): Floats {
    const { storage } = this.#tensor;
    const { buffer } = storage.lease;
    // Memory that has grown may leave an array without length behind.
    if (storage === this.#storage && buffer === this.#buffer && this.#found.length === this.length)
      return this.#found;
    this.#storage = storage;
    this.#buffer = buffer;
    this.#found = storage.peek();
    return this.#found;
  }
}

const isIndex = (key: string | symbol) => typeof key === 'string' && /^\d+$/.test(key);

// What a store does not have by itself is looked for in its prototype's prototype: indices end there.
Object.setPrototypeOf(
  Values.prototype,
  new Proxy(Object.prototype, {
    get(target, key, store) {
      return isIndex(key) ? (store as Values).get(Number(key)) : Reflect.get(target, key, store);
    },
    set(target, key, value, store) {
      if (!isIndex(key)) return Reflect.set(target, key, value, store);
      (store as Values).set(Number(key), value);
      return true;
    },
  }),
);
