// Where a tensor has its gradient, and who may release it.
import type { Claim } from './claim.js';

/** A gradient, as far as its owner is concerned. */
interface Owned {
  readonly claim: Claim;
  readonly storage: { makeTransient(): unknown };
  dispose(why: string): void;
}

/** The place of a tensor's gradient. One that was set from outside stays its maker's: nothing here releases it. */
export class GradientPlace<T extends Owned> {
  tensor: T | null = null;
  /** Whether backward() made the gradient: it may be released. */
  isOwn = false;

  /** Takes over a gradient that backward() made. */
  take(g: T): void {
    this.letGo();
    this.tensor = g;
    this.isOwn = true;
  }

  /** Holds a gradient that was set from outside, or none. */
  hold(g: T | null): void {
    this.letGo();
    this.tensor = g;
    if (g !== null) g.claim.holders++;
  }

  /** Gives the gradient back, unless it was set from outside or kept. */
  clear(why: string): void {
    if (this.isOwn && !this.tensor?.claim.isKept) this.tensor?.dispose(why);
    this.hold(null);
  }

  /** Someone may still hold the gradient: it leaves the device. */
  private letGo(): void {
    const { tensor } = this;
    if (tensor && !this.isOwn) tensor.claim.holders--;
    if (tensor && !tensor.claim.released) tensor.storage.makeTransient();
    this.tensor = null;
    this.isOwn = false;
  }
}
