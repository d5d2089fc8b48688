// The layout of graphs: no two boxes overlap, and every arrow goes forward.
import fc from 'fast-check';
import t from 'tap';
import { type Arrow, type Box, type Layout, layOut } from '../../../models/tape/layout.js';
import { property } from '../../property.js';

const options = { direction: 'right', between: 30, beside: 12 } as const;

/** Boxes of several sizes, and arrows from earlier to later ones; also several between the same two. */
const graphs = fc
  .array(fc.record({ width: fc.integer({ min: 20, max: 160 }), height: fc.integer({ min: 20, max: 90 }) }), {
    minLength: 1,
    maxLength: 30,
  })
  .chain((sizes) => {
    const place = fc.nat(sizes.length - 1);
    const boxes = sizes.map((size, i): Box => ({ id: `b${i}`, ...size }));
    return fc.array(fc.tuple(place, place), { maxLength: 60 }).map((pairs) => ({
      boxes,
      arrows: pairs
        .filter(([a, b]) => a !== b)
        .map(([a, b]): Arrow => ({ from: `b${Math.min(a, b)}`, to: `b${Math.max(a, b)}` })),
    }));
  });

/** Pairs of boxes that share a point. */
function overlaps(boxes: readonly Box[], { places }: Layout): string[] {
  const apart = (a: Box, b: Box) => {
    const [p, q] = [places.get(a.id)!, places.get(b.id)!];
    return p.x + a.width < q.x || q.x + b.width < p.x || p.y + a.height < q.y || q.y + b.height < p.y;
  };
  return boxes.flatMap((a, i) => boxes.slice(i + 1).flatMap((b) => (apart(a, b) ? [] : `${a.id} ${b.id}`)));
}

for (const direction of ['right', 'down'] as const) {
  const along = direction === 'right' ? 'x' : 'y';

  property(`${direction}: boxes do not overlap, and lie in the picture`, [graphs], ({ boxes, arrows }) => {
    const layout = layOut(boxes, arrows, { ...options, direction });
    const inside = boxes.every(({ id, width, height }) => {
      const { x, y } = layout.places.get(id)!;
      return x >= 0 && y >= 0 && x + width <= layout.width + 1e-9 && y + height <= layout.height + 1e-9;
    });
    return inside && overlaps(boxes, layout).length === 0;
  });

  property(
    `${direction}: arrows go forward, from the side of one box to that of the other`,
    [graphs],
    (graph) => {
      const { routes, places } = layOut(graph.boxes, graph.arrows, { ...options, direction });
      return graph.arrows.every(({ from, to }, i) => {
        const route = routes[i].map((place) => place[along]);
        const box = graph.boxes.find(({ id }) => id === from)!;
        const end = places.get(from)![along] + (along === 'x' ? box.width : box.height);
        const touches =
          Math.abs(route[0] - end) < 1e-9 && Math.abs(route.at(-1)! - places.get(to)![along]) < 1e-9;
        return touches && route.every((at, k) => k === 0 || at > route[k - 1]);
      });
    },
  );
}

t.test('a chain is a line, and what nothing leads to stands before its use', async (t) => {
  const boxes = ['a', 'b', 'c', 'late'].map((id) => ({ id, width: 40, height: 20 }));
  const arrows = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'late', to: 'c' },
  ];
  const { layers, places, height } = layOut(boxes, arrows, options);
  t.strictSame(layers, [['a'], ['b', 'late'], ['c']]);
  t.equal(places.get('a')!.y, places.get('b')!.y, 'straight');
  t.ok(height <= 20 + 20 + options.beside + 1e-9, `${height} is no more than two boxes need`);
});

t.test('arrows without a crossing are drawn without one', async (t) => {
  const boxes = ['a', 'b', 'c', 'x', 'y', 'z'].map((id) => ({ id, width: 40, height: 20 }));
  const arrows = [
    { from: 'a', to: 'z' },
    { from: 'b', to: 'y' },
    { from: 'c', to: 'x' },
  ];
  const { places } = layOut(boxes, arrows, options);
  for (const { from, to } of arrows) t.equal(places.get(from)!.y, places.get(to)!.y, `${from} and ${to}`);
});

t.test('a circle is an error', async (t) => {
  const boxes = ['a', 'b'].map((id) => ({ id, width: 10, height: 10 }));
  const arrows = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'a' },
  ];
  t.throws(() => layOut(boxes, arrows, options), { message: 'layOut: the arrows make a circle' });
});
