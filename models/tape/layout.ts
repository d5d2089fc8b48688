// Places boxes and arrows in layers, so that every arrow goes forward: a layer for each step of the longest path, boxes within a layer in
// an order with few crossings, each as near to its neighbours as the others let it (Sugiyama's scheme).

export interface Box {
  id: string;
  width: number;
  height: number;
}

export interface Arrow {
  from: string;
  to: string;
}

export interface LayoutOptions {
  /** Where arrows go. */
  direction: 'right' | 'down';
  /** Room between layers, and between boxes of a layer. */
  between: number;
  beside: number;
}

export interface Place {
  x: number;
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  /** The upper left corner of each box. */
  places: ReadonlyMap<string, Place>;
  /** The places that each arrow goes through, in the order of the arrows. */
  routes: readonly (readonly Place[])[];
  /** The boxes of each layer, in their order. */
  layers: readonly (readonly string[])[];
}

/** A box in its layer, or the place where an arrow goes through a layer. */
interface Slot {
  id: string | null;
  layer: number;
  /** Extent along arrows, and across them. */
  long: number;
  wide: number;
  /** Its centre across the arrows. */
  at: number;
  before: Slot[];
  after: Slot[];
}

/** How many times boxes are ordered, and moved, by those before and those after them. */
const SWEEPS = 12;
/** Room for an arrow that goes through a layer. */
const LANE = 10;

export function layOut(boxes: readonly Box[], arrows: readonly Arrow[], options: LayoutOptions): Layout {
  const turned = options.direction === 'down';
  const slots = new Map(boxes.map((box) => [box.id, slotOf(box, turned)]));
  setLayers(boxes, arrows, slots);
  const all = [...slots.values()];
  const count = Math.max(...all.map(({ layer }) => layer)) + 1;
  const layers = Array.from({ length: count }, (_, i) => all.filter(({ layer }) => layer === i));
  const chains = arrows.map(({ from, to }) => chain(slots.get(from)!, slots.get(to)!, layers));
  for (const layer of layers) number(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) order(layers, sweep % 2 === 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) move(layers, sweep % 2 === 0, options.beside);
  return measured(layers, chains, options, turned);
}

function slotOf({ id, width, height }: Box, turned: boolean): Slot {
  const [long, wide] = turned ? [height, width] : [width, height];
  return { id, layer: 0, long, wide, at: 0, before: [], after: [] };
}

/** A layer for each box: after all that lead to it; what nothing leads to stands right before its first use. */
function setLayers(boxes: readonly Box[], arrows: readonly Arrow[], slots: ReadonlyMap<string, Slot>): void {
  const leading = new Map(boxes.map(({ id }) => [id, arrows.filter(({ to }) => to === id).length]));
  const waiting = new Map(leading);
  const ready = boxes.map(({ id }) => id).filter((id) => leading.get(id) === 0);
  // The list grows while it is walked.
  for (const id of ready)
    for (const { to } of arrows.filter(({ from }) => from === id)) {
      const slot = slots.get(to)!;
      slot.layer = Math.max(slot.layer, slots.get(id)!.layer + 1);
      waiting.set(to, waiting.get(to)! - 1);
      if (waiting.get(to) === 0) ready.push(to);
    }
  if (ready.length < boxes.length) throw new Error('layOut: the arrows make a circle');
  for (const { id } of boxes) {
    const uses = arrows.filter(({ from }) => from === id).map(({ to }) => slots.get(to)!.layer);
    if (leading.get(id) === 0 && uses.length > 0) slots.get(id)!.layer = Math.min(...uses) - 1;
  }
}

/** The slots from one box to another, with one in each layer between. */
function chain(from: Slot, to: Slot, layers: Slot[][]): Slot[] {
  const between = Array.from({ length: to.layer - from.layer - 1 }, (_, i): Slot => {
    const slot = { id: null, layer: from.layer + 1 + i, long: 0, wide: LANE, at: 0, before: [], after: [] };
    layers[slot.layer].push(slot);
    return slot;
  });
  const slots = [from, ...between, to];
  for (let i = 1; i < slots.length; i++) {
    slots[i - 1].after.push(slots[i]);
    slots[i].before.push(slots[i - 1]);
  }
  return slots;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Where a slot wants to be: at the mean of its neighbours in the layer before, or after. */
function wish(slot: Slot, forward: boolean): number {
  const neighbours = forward ? slot.before : slot.after;
  return neighbours.length > 0 ? mean(neighbours.map(({ at }) => at)) : slot.at;
}

/** Places from 0 to 1 in a layer's order, so that layers of different lengths compare. */
function number(layer: readonly Slot[]): void {
  layer.forEach((slot, i) => {
    slot.at = (i + 0.5) / layer.length;
  });
}

function order(layers: Slot[][], forward: boolean): void {
  for (const layer of forward ? layers : layers.toReversed()) {
    const wishes = new Map(layer.map((slot) => [slot, wish(slot, forward)]));
    layer.sort((a, b) => wishes.get(a)! - wishes.get(b)!);
    number(layer);
  }
}

function move(layers: Slot[][], forward: boolean, beside: number): void {
  for (const layer of forward ? layers : layers.toReversed())
    spread(layer, beside, (slot) => wish(slot, forward));
}

/** Places the slots of a layer in their order without overlap, with the least sum of squared distances to where they want to be. */
function spread(layer: readonly Slot[], beside: number, wanted: (slot: Slot) => number): void {
  let offset = 0;
  const offsets = layer.map((slot, i) => {
    if (i > 0) offset += (layer[i - 1].wide + slot.wide) / 2 + beside;
    return offset;
  });
  // Without the offsets they need only not to fall: neighbours that do are pooled at their mean.
  const pools: { sum: number; count: number }[] = [];
  layer.forEach((slot, i) => {
    let pool = { sum: wanted(slot) - offsets[i], count: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  });
  const found = pools.flatMap(({ sum, count }) => Array<number>(count).fill(sum / count));
  layer.forEach((slot, i) => {
    slot.at = found[i] + offsets[i];
  });
}

/** Lengths and places, with the upper left corner at 0. */
function measured(
  layers: readonly Slot[][],
  chains: readonly Slot[][],
  { between }: LayoutOptions,
  turned: boolean,
): Layout {
  const all = layers.flat();
  const least = Math.min(...all.map(({ at, wide }) => at - wide / 2));
  const across = Math.max(...all.map(({ at, wide }) => at + wide / 2)) - least;
  const lengths = layers.map((layer) => Math.max(...layer.map(({ long }) => long)));
  const starts = lengths.map((_, i) =>
    lengths.slice(0, i).reduce((sum, length) => sum + length + between, 0),
  );
  const along = starts.at(-1)! + lengths.at(-1)!;
  const turn = (long: number, wide: number): Place =>
    turned ? { x: wide - least, y: long } : { x: long, y: wide - least };
  const middle = ({ layer }: Slot) => starts[layer] + lengths[layer] / 2;
  const places = all.flatMap((slot) =>
    slot.id === null ? [] : [[slot.id, turn(middle(slot) - slot.long / 2, slot.at - slot.wide / 2)] as const],
  );
  const through = (slots: readonly Slot[]) => {
    const [from, to] = [slots[0], slots.at(-1)!];
    const lanes = slots
      .slice(1, -1)
      .flatMap(({ layer, at }) => [turn(starts[layer], at), turn(starts[layer] + lengths[layer], at)]);
    return [
      turn(middle(from) + from.long / 2, portOf(slots, chains, 0)),
      ...lanes,
      turn(middle(to) - to.long / 2, portOf(slots, chains, -1)),
    ];
  };
  return {
    ...(turned ? { width: across, height: along } : { width: along, height: across }),
    places: new Map(places),
    routes: chains.map(through),
    layers: layers.map((layer) => layer.flatMap(({ id }) => id ?? [])),
  };
}

/** Where an arrow meets a box: those that meet it at one side stand side by side, in the order of where they go on. */
function portOf(slots: readonly Slot[], chains: readonly Slot[][], end: 0 | -1): number {
  const next = end === 0 ? 1 : -2;
  const box = slots.at(end)!;
  const meeting = chains
    .filter((other) => other.at(end) === box)
    .sort((a, b) => a.at(next)!.at - b.at(next)!.at);
  return box.at + ((meeting.indexOf(slots as Slot[]) + 1) / (meeting.length + 1) - 0.5) * box.wide;
}
