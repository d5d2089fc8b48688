// What reports are drawn with: markup, scales and charts.
import t from 'tap';
import { type Chart, draw } from '../../../models/report/draw/chart.js';
import { html } from '../../../models/report/draw/html.js';
import { drawIntervals } from '../../../models/report/draw/intervals.js';
import { drawMixture } from '../../../models/report/draw/mixture.js';
import { rangeOf, roundAxis, scale, short, ticks } from '../../../models/report/draw/scale.js';
import { averaged, figure } from '../../../models/report/figure.js';
import { layerAt } from './recorded.js';

t.test('texts are escaped, numbers and markup stand as they are', async (t) => {
  const inner = html`<b>${'<&>"\''}</b>`;
  t.equal(inner.text, '<b>&lt;&amp;&gt;&quot;&#39;</b>');
  t.equal(html`<p title="${'"'}">${inner}${1.5}</p>`.text, `<p title="&quot;">${inner.text}1.5</p>`);
  t.equal(html`${[html`<i>`, html`<u>`]}`.text, '<i><u>');
});

t.test('an axis begins and ends at round numbers, and its ticks are round', async (t) => {
  t.strictSame(roundAxis([0, 0.97]).domain, [0, 1]);
  t.strictSame(
    roundAxis([-1.58, -1.21]).domain.map((value) => Number(value.toFixed(9))),
    [-1.6, -1.2],
  );
  t.strictSame(ticks(roundAxis([0, 97])), [0, 20, 40, 60, 80, 100]);
  t.strictSame(ticks(roundAxis([17, 73])), [0, 20, 40, 60, 80], 'ticks are at both ends');
  t.strictSame(roundAxis([0.003, 0.4], true).domain, [0.002, 0.5]);
  t.strictSame(ticks(roundAxis([0.003, 0.04], true)), [0.002, 0.005, 0.01, 0.02, 0.05]);
  t.strictSame(ticks(roundAxis([1e-6, 10], true)).length, 8, 'powers of ten alone where they are many');
  t.equal(roundAxis([0, 1], true).log, false, '0 has no logarithm');
});

t.test('there is an axis without values, of one value, and beside values that are not finite', async (t) => {
  t.strictSame(rangeOf([]), [0, 1]);
  t.strictSame(rangeOf([NaN, 3, Infinity, 5]), [3, 5]);
  t.ok(rangeOf([7])[0] < 7 && rangeOf([7])[1] > 7);
  t.strictSame(rangeOf([0, 0]), [-1, 1]);
});

t.test('a scale is linear in the value or in its logarithm', async (t) => {
  t.equal(scale({ domain: [0, 4], log: false }, [10, 20])(1), 12.5);
  t.ok(Math.abs(scale({ domain: [1, 100], log: true }, [0, 1])(10) - 0.5) < 1e-12);
});

t.test('numbers are short', async (t) => {
  const wanted: [number, string][] = [
    [0, '0'],
    [0.123456, '0.1235'],
    [-2, '−2'],
    [1442122, '1.44e+6'],
    [123456, '123456'],
    [0.00001234, '1.23e−5'],
    [NaN, '–'],
  ];
  for (const [value, text] of wanted) t.equal(short(value), text);
});

const chart: Chart = {
  title: 'Loss & more',
  series: [
    {
      name: '<a>',
      points: [
        { x: 1, y: 2 },
        { x: 3, y: 4, low: 3, high: 5 },
      ],
      color: 0,
      look: 'dots',
    },
    { name: 'b', points: [{ x: 2, y: 1 }], color: 1, look: 'line', group: 7 },
  ],
};

t.test('a chart has a line for each series, and says in words what it shows', async (t) => {
  const { text } = draw(chart);
  t.equal(text.match(/class="line"/g)?.length, 2);
  t.equal(text.match(/<circle/g)?.length, 3, 'a point alone has a sign');
  t.match(text, 'aria-label="Loss &amp; more. &lt;a&gt;: 2 at step 1, 4 at step 3. b: 1 at step 2."');
  t.match(text, 'data-x="1 3" data-y="1 5"');
  t.match(text, 'data-group="7"');
});

t.test('its table has a row for each step and a column for each series', async (t) => {
  const { text } = figure(chart);
  const rows = [...text.matchAll(/<tr><th scope="row">(.*?)<\/th>([\s\S]*?)<\/tr>/g)];
  t.strictSame(
    rows.map(([, step, cells]) => [
      step,
      ...[...cells.matchAll(/<td[^>]*>(.*?)<\/td>/g)].map(([, cell]) => cell),
    ]),
    [
      ['1', '2', ''],
      ['2', '', '1'],
      ['3', '4 [3, 5]', ''],
    ],
  );
  t.equal(figure({ ...chart, series: [] }).text, '', 'nothing where nothing was recorded');
});

t.test('a long curve is averaged, its ranges stay whole', async (t) => {
  const points = Array.from({ length: 10 }, (_, i) => ({ x: i + 1, y: i, low: i - 1, high: 2 * i }));
  t.strictSame(averaged(points, 2), [
    { x: 5, y: 2, low: -1, high: 8 },
    { x: 10, y: 7, low: 4, high: 18 },
  ]);
  t.strictSame(averaged(points, 10), points);
  t.strictSame(averaged([]), []);
});

t.test('a mixture is drawn over its histogram, and cut off where it is far above it', async (t) => {
  const [picture] = layerAt('norm', 60).channels;
  const { text } = drawMixture(picture, [-4, 4]);
  t.equal(text.match(/class="line"/g)?.length, 3);
  t.match(text, /aria-label="Channel 3: .* weight 0.6 at −1.25 ± 0.8;/);
  const narrow = { ...picture.mixture, deviations: [1e-9, 0.5, 0.5] };
  t.notMatch(drawMixture({ ...picture, mixture: narrow }, [-4, 4]).text, /NaN|Infinity|,-/);
});

t.test(
  'what is never reached is an arrow out of the picture, and what has no pairs a row without signs',
  async (t) => {
    const row = { name: 'a', words: 'never', color: 0, interval: null };
    const { text } = drawIntervals(
      'Ratios',
      [{ ...row, values: [0, 2, Infinity], median: Infinity }],
      1,
      true,
    );
    t.equal(text.match(/<circle/g)?.length, 1);
    t.equal(text.match(/<path class="(pair|sign)"/g)?.length, 3);
    t.notMatch(text, /NaN|Infinity/);
    t.notMatch(drawIntervals('None', [{ ...row, values: [], median: null }], 0).text, /circle|NaN|Infinity/);
  },
);
