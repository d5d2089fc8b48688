// What is on a device, and what of it moves to ordinary memory because nobody uses it.
import type { Device } from '../../kernels/devices/device.js';
import { NoRoomError } from '../../kernels/errors.js';
import type { Room } from './state.js';

/** A lease, as far as turns are concerned. */
interface Turning extends Room {
  used: number;
  wasIdle: boolean;
  readonly isPinned: boolean;
}

/** What is on a device, as far as its residents are concerned. */
export interface Resident {
  readonly lease: Turning;
  readonly bytes: number;
  /** Moves to ordinary memory. @throws NoRoomError where that is full */
  leave(): void;
  /** Moves to ordinary memory if it can at once. */
  leaveAtBoundary(): void;
}

/** A turn is over when so much has come onto the device; at the beginning, and at most. */
const FIRST_TURN = { count: 64, bytes: 2 ** 22 };
const LONGEST_TURN = { count: 2 ** 16, bytes: 2 ** 32 };
/** For so many turns more a parameter, or what was kept, may be idle. */
const PATIENCE = 16;
/** Turns become longer where more than this share of one returns. An asynchronous device waits for every copy. */
const RETURNS = { sync: 1 / 8, async: 1 / 64 };

/**
 * The device as a cache of ordinary memory. JavaScript does not say when a tensor is dropped, and its finalizers wait for a turn
 * of the event loop. So what was not used for a whole turn leaves the device: what is still held comes back when it is used, and
 * the garbage collector finds the rest in ordinary memory. Turns become longer while much comes back.
 */
export class Residents {
  /** The number of the turn. */
  turn = 0;
  private readonly all = new Map<Room, Resident>();
  private readonly longest = { ...FIRST_TURN };
  private readonly came = { count: 0, bytes: 0 };
  private readonly returned = { count: 0, bytes: 0 };

  constructor(private readonly returns: number = RETURNS.sync) {}

  /** Takes in what has come onto the device. */
  add(resident: Resident): void {
    this.all.set(resident.lease, resident);
    count(this.came, resident.bytes);
    this.use(resident);
  }

  /** Notes a use. What was sent away comes back, also where it had not left yet. */
  use({ lease, bytes }: Resident): void {
    lease.used = this.turn;
    if (lease.wasIdle) count(this.returned, bytes);
    lease.wasIdle = false;
  }

  delete(lease: Room): void {
    this.all.delete(lease);
  }

  get(lease: Room): Resident | undefined {
    return this.all.get(lease);
  }

  /** Ends the turn if enough has come. No buffer may be in anyone's hands. */
  tidy(): void {
    const { came, longest } = this;
    if (came.count < longest.count && came.bytes < longest.bytes) return;
    this.evict(({ lease }) => {
      const isIdle = lease.used < this.turn - (lease.isPinned ? PATIENCE : 0);
      lease.wasIdle ||= isIdle;
      return isIdle;
    });
    this.turn++;
    for (const unit of ['count', 'bytes'] as const) {
      const returned = this.returned[unit];
      if (returned > longest[unit] * this.returns) {
        longest[unit] = Math.min(2 * Math.max(longest[unit], returned), LONGEST_TURN[unit]);
      }
      came[unit] = this.returned[unit] = 0;
    }
  }

  /**
   * Calls fn, which brings onto the device what it needs; where it finds no room, everything leaves and it is called again.
   * @throws NoRoomError in the name of `op` where there is no room even so
   */
  withRoom<T>(op: string, fn: () => T): T {
    this.tidy();
    try {
      return fn();
    } catch (error) {
      if (!(error instanceof NoRoomError)) throw error;
    }
    this.evict(() => true);
    try {
      return fn();
    } catch (error) {
      throw error instanceof NoRoomError ? error.of(op) : error;
    }
  }

  /** Moves what is chosen to ordinary memory, until that is full too. */
  private evict(isChosen: (resident: Resident) => boolean): void {
    try {
      for (const resident of this.all.values()) if (isChosen(resident)) resident.leave();
    } catch (error) {
      if (!(error instanceof NoRoomError)) throw error;
    }
  }
}

function count(sum: { count: number; bytes: number }, bytes: number): void {
  sum.count++;
  sum.bytes += bytes;
}

const residentsOfDevices = new WeakMap<Device, Residents>();

/** The residents of a device. */
export function residentsOf(device: Device): Residents {
  let residents = residentsOfDevices.get(device);
  if (!residents) {
    residents = new Residents(device.sync ? RETURNS.sync : RETURNS.async);
    residentsOfDevices.set(device, residents);
  }
  return residents;
}
