// A tensor's share of a storage, and how it is given back.
import type { Lease } from './lease.js';
import { state } from './state.js';

/** One tensor's share of a storage's room. A scope holds claims, and so does not keep alive the values of what it made. */
export class Claim {
  released = false;
  /** Why it was released. */
  why = '';
  /** Whether keep() was called on the tensor. */
  kept = false;
  /** How many tensors were given this one as their gradient. */
  holders = 0;
  /** Whether the tensor keeps the storage on its device. */
  private pinned = false;

  constructor(private lease: Lease) {
    state.observer?.(this);
  }

  /** Whether only dispose() may release the tensor. */
  get isKept(): boolean {
    return this.kept || this.holders > 0;
  }

  /** Gives the share back, once. */
  dispose(why: string): void {
    this.why = why;
    if (this.released) return;
    this.released = true;
    if (this.pinned) this.lease.unpin();
    this.pinned = false;
    this.lease.release();
  }

  /** Takes a share of another lease in place of this one. */
  move(lease: Lease): void {
    const { why } = this;
    this.dispose(why);
    this.lease = lease;
    this.released = false;
  }

  /** Keeps the storage on its device. */
  pin(): void {
    if (this.pinned) return;
    this.lease.pin();
    this.pinned = true;
  }
}
