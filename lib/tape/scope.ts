// scope and noGrad: which of the tensors that a function made survive it.
import { TapeError } from '../errors.js';
import { type Disposable, state, withState } from '../tensor/state.js';
import { evictTransients } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * Whether operations on tensors that require gradients are recorded now.
 *
 * @example
 * ```js
 * import { isGradEnabled, noGrad } from 'mixgrad';
 *
 * console.log(isGradEnabled(), noGrad(() => isGradEnabled()));
 * ```
 * ```text
 * true false
 * ```
 */
export function isGradEnabled(): boolean {
  return state.recording;
}

/**
 * Runs fn, then releases every tensor it made, but not those in its result or kept. `why` tells who reads one later,
 * `tensorsOf` finds the tensors of a result.
 */
export function scope<T>(
  why: string,
  fn: () => T,
  tensorsOf: (result: T) => readonly Disposable[] = tensorsIn,
): T {
  const made: Disposable[] = [];
  const outer = state.observer;
  state.observer = (t) => made.push(t);
  let result: T;
  try {
    result = fn();
  } catch (error) {
    state.observer = outer;
    for (const t of made) t.dispose('was released when the function that made it threw');
    throw error;
  }
  state.observer = outer;
  const list = tensorsOf(result);
  // Searching a short list is quicker than building a set.
  const returned = list.length > 8 ? new Set(list) : { has: (t: Disposable) => list.includes(t) };
  for (const t of made) {
    if (returned.has(t) || t.isKept) outer?.(t);
    else t.dispose(why);
  }
  return result;
}

/**
 * Runs fn without recording. The tensors that fn returns, alone or in arrays and plain objects, survive;
 * the others are released. fn must not be async.
 *
 * @example
 * ```js
 * import { noGrad, tensor } from 'mixgrad';
 *
 * const w = tensor([1, 2, 3], { requiresGrad: true });
 * const total = noGrad(() => w.mul(w).sum());
 * console.log(await total.item(), total.requiresGrad);
 * ```
 * ```text
 * 14 false
 * ```
 */
export function noGrad<T>(fn: () => T): T {
  const outermost = state.recording;
  const result = withState({ recording: false }, () =>
    scope('was released at the end of its noGrad(); return it, or call keep() on it', () =>
      notAsync('noGrad', fn),
    ),
  );
  if (outermost) {
    for (const t of tensorsIn(result)) if (!t.isReleased) t.storage.makeTransient();
    evictTransients();
  }
  return result;
}

/** Calls fn, which must not be async. @throws TapeError where it returns a promise */
export function notAsync<T>(what: string, fn: () => T): T {
  if (typeof fn !== 'function') throw new TapeError(`${what}: expected a function`);
  const result = fn();
  if (result instanceof Promise) {
    result.catch(() => {});
    throw new TapeError(
      `${what}: the function is async, and what follows an await would run outside; await outside`,
    );
  }
  return result;
}

/** The tensors in a value: itself, or entries of arrays and plain objects. */
export function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  if (value && Object.getPrototypeOf(value) === Object.prototype)
    return Object.values(value).flatMap(tensorsIn);
  return [];
}
