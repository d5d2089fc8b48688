// scope and noGrad: which of the tensors that a function made survive it.
import { TapeError } from '../errors.js';
import { describe } from '../options.js';
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
 * Runs fn, then releases every tensor it made, but not those in its result or kept. `why` tells who reads one later, fn is told
 * what was made so far, and `tensorsOf` finds the tensors of a result.
 */
export function scope<T>(
  why: string,
  fn: (made: readonly Disposable[]) => T,
  tensorsOf: (result: T) => readonly Tensor[] = tensorsIn,
): T {
  const made: Disposable[] = [];
  const outer = state.observer;
  state.observer = (claim) => made.push(claim);
  let result: T;
  try {
    result = fn(made);
  } catch (error) {
    state.observer = outer;
    for (const claim of made) {
      if (claim.isKept) outer?.(claim);
      else claim.dispose('was released when the function that made it threw');
    }
    throw error;
  }
  state.observer = outer;
  const returned: Disposable[] = tensorsOf(result).map(({ claim }) => claim);
  // Searching a short list is quicker than building a set.
  const set = returned.length > 8 ? new Set(returned) : null;
  for (const claim of made) {
    if (claim.isKept || (set ? set.has(claim) : returned.includes(claim))) outer?.(claim);
    else claim.dispose(why);
  }
  return result;
}

/**
 * Runs fn without recording. The tensors that fn returns, alone or in arrays and plain objects, survive;
 * the others are released.
 * @throws TapeError where fn is async, a generator or no function
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

/** Calls fn. @throws TapeError where it is no function, or part of it would run later */
export function notAsync<A extends unknown[], T>(what: string, fn: (...args: A) => T, ...args: A): T {
  if (typeof fn !== 'function') {
    throw new TapeError(`${what}: fn is ${describe(fn)}, expected a function`);
  }
  return checkDone(what, 'the function', fn(...args));
}

/** What a function returned. @throws TapeError where it is a promise or a generator: part of the work comes later */
export function checkDone<T>(what: string, fn: string, result: T): T {
  if (result instanceof Tensor || typeof result !== 'object' || result === null) return result;
  if (typeof (result as { then?: unknown }).then === 'function') {
    // The error says it all: a promise that fails afterwards must not end the process.
    if (result instanceof Promise) result.catch(() => {});
    throw new TapeError(
      `${what}: ${fn} is async, and what follows an await would run outside; await outside`,
    );
  }
  if (!/Generator\]$/.test(Object.prototype.toString.call(result))) return result;
  throw new TapeError(`${what}: ${fn} is a generator, and all of it would run outside`);
}

/** The tensors in a value: itself, or entries of arrays and plain objects. */
export function tensorsIn(value: unknown): Tensor[] {
  const found: Tensor[] = [];
  collect(value, found, null);
  return found;
}

/** A collection, and the one that it lies in: so that one inside itself is met once. */
interface Inside {
  value: object;
  outer: Inside | null;
}

function collect(value: unknown, found: Tensor[], outer: Inside | null): void {
  if (value instanceof Tensor) {
    found.push(value);
    return;
  }
  if (!isCollection(value)) return;
  for (let at = outer; at; at = at.outer) if (at.value === value) return;
  const inside = { value, outer };
  if (Array.isArray(value)) for (const entry of value) collect(entry, found, inside);
  else for (const entry of Object.values(value)) collect(entry, found, inside);
}

/** A value with every tensor in it, as tensorsIn finds them, replaced; a collection inside itself stays as it is. */
export function replaceTensors<T>(value: T, replace: (t: Tensor) => Tensor): T {
  const inside = new Set<unknown>();
  const visit = (part: unknown): unknown => {
    if (part instanceof Tensor) return replace(part);
    if (!isCollection(part) || inside.has(part)) return part;
    inside.add(part);
    const entries = Object.entries(part).map(([name, entry]) => [name, visit(entry)] as const);
    inside.delete(part);
    return Array.isArray(part) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
  };
  return visit(value) as T;
}

function isCollection(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
