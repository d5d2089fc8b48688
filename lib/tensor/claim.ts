// A tensor's share of a storage, and how it is given back.
import type { Storage } from './storage.js';

/** One tensor's share of a storage. It outlives the tensor in the registry below. */
export interface Claim {
  storage: Storage;
  released: boolean;
  /** Whether the tensor keeps the storage on its device. */
  pinned: boolean;
  /** What the tensor's record was computed from: retained until backward() has used the record. */
  sources: readonly Storage[];
}

export function releaseClaim(claim: Claim): void {
  if (claim.released) return;
  claim.released = true;
  if (claim.pinned) claim.storage.unpin();
  claim.pinned = false;
  claim.storage.release();
}

export function releaseSources(claim: Claim): void {
  for (const storage of claim.sources) storage.release();
  claim.sources = [];
}

/** The safety net: a tensor that is garbage-collected gives back its storage, and those of its record. */
export const forgotten = new FinalizationRegistry<Claim>((claim) => {
  releaseClaim(claim);
  releaseSources(claim);
});
