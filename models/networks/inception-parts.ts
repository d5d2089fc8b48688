// What Inception-v3 is written in: convolutions, poolings, rows of parts and branches that are joined.
import { AvgPool2d, concat, MaxPool2d, Module, Sequential, type Tensor } from '../../lib/index.js';
import { type Drawn, type Kernel, NormedConv } from './convolutions.js';
import type { NormFactory } from './norms.js';

/**
 * What becomes of height and width: they stay; the margins go that a 3×3 kernel does not reach; or of those that are left every
 * second row and column goes too.
 */
type Grid = 'same' | 'inner' | 'half';

/** A part of a network. */
export type Part =
  | { kind: 'conv'; channels: number; kernel: Kernel; grid: Grid }
  | { kind: 'pool'; of: 'mean' | 'max'; grid: Grid }
  | { kind: 'row'; parts: readonly Part[] }
  | { kind: 'joined'; branches: Readonly<Record<string, Part>> };

/** A convolution with a norm and relu. */
export const conv = (channels: number, kernel: Kernel, grid: Grid = 'same'): Part => {
  return { kind: 'conv', channels, kernel, grid };
};

/** The mean or the largest of each 3×3 window. */
export const pool = (of: 'mean' | 'max', grid: Grid = 'same'): Part => ({ kind: 'pool', of, grid });

/** Parts one after the other. */
export const row = (...parts: Part[]): Part => ({ kind: 'row', parts });

/** Parts side by side, whose channels are joined. */
export const joined = (branches: Record<string, Part>): Part => ({ kind: 'joined', branches });

const sideAfter: Record<Grid, (side: number) => number> = {
  same: (side) => side,
  inner: (side) => side - 2,
  half: (side) => Math.floor((side - 1) / 2),
};

const windows = {
  same: { stride: 1, padding: 1 },
  inner: { stride: 1, padding: 0 },
  half: { stride: 2, padding: 0 },
} as const satisfies Record<Grid, object>;

/** Where the norms of named parts in a row stand, and the pixels of an image there, whose side is given. */
export function placesIn(parts: Readonly<Record<string, Part>>, side: number): Record<string, number> {
  const places: Record<string, number> = {};
  let last = side;
  for (const [name, part] of Object.entries(parts)) last = walk(part, last, name, places);
  return places;
}

/** Notes the places of a part; returns the side of its output. */
function walk(part: Part, side: number, name: string, places: Record<string, number>): number {
  if (part.kind === 'row')
    return part.parts.reduce((last, each, i) => walk(each, last, `${name}.${i}`, places), side);
  if (part.kind === 'joined') {
    const sides = Object.entries(part.branches).map(([key, each]) =>
      walk(each, side, `${name}.${key}`, places),
    );
    return sides[0];
  }
  const after = sideAfter[part.grid](side);
  if (part.kind === 'conv') places[`${name}.norm`] = after * after;
  return after;
}

/** What parts are made with. */
interface Maker extends Drawn {
  norm: NormFactory;
  /** By which the numbers of channels are multiplied. */
  scale: number;
}

/** Branches side by side, whose channels are joined. */
class Joined extends Module {
  private readonly names: readonly string[];

  constructor(branches: Record<string, Module>) {
    super();
    Object.assign(this, branches);
    this.names = Object.keys(branches);
  }

  forward(x: Tensor): Tensor {
    const branches = this as unknown as Record<string, Module>;
    return concat(
      this.names.map((name) => branches[name].forward(x)),
      1,
    );
  }
}

/** The module of a part, and the channels of its output. */
export function build(
  part: Part,
  from: number,
  name: string,
  maker: Maker,
): { module: Module; channels: number } {
  if (part.kind === 'row') {
    let channels = from;
    const modules = part.parts.map((each, i) => {
      const built = build(each, channels, `${name}.${i}`, maker);
      channels = built.channels;
      return built.module;
    });
    return { module: new Sequential(...modules), channels };
  }
  if (part.kind === 'joined') {
    const built = Object.entries(part.branches).map(
      ([key, each]) => [key, build(each, from, `${name}.${key}`, maker)] as const,
    );
    const module = new Joined(Object.fromEntries(built.map(([key, { module }]) => [key, module])));
    return { module, channels: built.reduce((sum, [, { channels }]) => sum + channels, 0) };
  }
  if (part.kind === 'pool') {
    const Pool = part.of === 'mean' ? AvgPool2d : MaxPool2d;
    return { module: new Pool(3, windows[part.grid]), channels: from };
  }
  const { scale, ...options } = maker;
  const channels = Math.max(1, Math.round(scale * part.channels));
  const { stride } = windows[part.grid];
  const margin = part.grid === 'same';
  return {
    module: new NormedConv(from, channels, part.kernel, { ...options, name, stride, margin }),
    channels,
  };
}
