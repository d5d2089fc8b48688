// The tape's page in headless Chromium: its graphs are whole, and its steps end with Node's gradients.
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { examples } from '../../models/tape/examples.js';
import { noChromium, overflow, violations } from '../models/report/pages.js';
import { openPage } from './built.js';
import { inNode, ran, runCode } from './tape-page.js';

const chromium = { skip: noChromium, timeout: 300_000 };
const open = (t: Test, hash = '', viewport = { width: 1200, height: 900 }) =>
  openPage(t, `tape.html${hash}`, { viewport });

/** The leaves of the examples, by what the page calls them. */
const leaves: Readonly<Record<string, string>> = {
  expression: '{ a, b, c }',
  twice: '{ x }',
  broadcasting: '{ row, shift }',
  perceptron: "Object.fromEntries(net.namedParameters().map(([name, p]) => ['net.' + name, p]))",
  convolution: '{ kernel, gamma, beta }',
  mixture: '{ x, gamma, beta }',
  detach: '{ w }',
};

interface InNode {
  grads: Record<string, number[]>;
  ops: string[];
  printed: string;
}

/** Gradients, operations and output of an example in Node. */
function exampleInNode(name: string, code: string, device: string): InNode {
  const grads = `Object.fromEntries(Object.entries(${leaves[name]}).map(([key, { grad }]) => [key, [...grad.storage.peek()]]))`;
  const out = inNode(`import * as library from 'mixgrad';
library.setDevice(await library.openDevice('${device}', ${device === 'wasm' ? '{ threads: 1 }' : '{}'}));
let ops;
${code.replace('loss.backward();', 'ops = library.tape(loss).lines.map(({ op }) => op); loss.backward();')}
console.log('@' + JSON.stringify({ ops, grads: ${grads} }));`);
  const at = out.lastIndexOf('@');
  return { ...JSON.parse(out.slice(at + 1)), printed: out.slice(0, at) };
}

/** The gradients of the parameters as the details of their nodes have them. */
async function gradsOf(page: Page): Promise<Record<string, number[]>> {
  const grads: Record<string, number[]> = {};
  for (const node of await page.locator('.node.parameter').all()) {
    await node.click();
    const name = (await page.textContent('#details h3'))!.split(' ')[0];
    const cells = await page.locator('#details [data-look="gradient"] td').allTextContents();
    grads[name] = cells.map(Number);
  }
  return grads;
}

/** Examples with exponentials: those of the reference device are the engine's of JavaScript, and differ in last bits between versions. */
const exponential = ['perceptron', 'mixture'];

for (const { name, code } of examples)
  for (const device of exponential.includes(name) ? ['wasm'] : ['wasm', 'reference'])
    t.test(`${name} on ${device}: the graph, and the gradients of Node`, chromium, async (t) => {
      const page = await open(t, `#example=${name}&device=${device}`);
      await ran(page, 1);
      t.equal(await page.textContent('#alert'), '');
      const node = exampleInNode(name, code, device);
      t.equal(await page.textContent('#log'), node.printed, 'prints what it prints in Node');
      const ops = await page.locator('.node.record').evaluateAll((nodes) =>
        nodes
          .map((each) => ({
            number: Number(each.getAttribute('data-key')!.slice(1)),
            op: each.querySelector('.op')!.textContent,
          }))
          .sort((a, b) => a.number - b.number)
          .map(({ op }) => op),
      );
      t.strictSame(ops, node.ops, 'the records of tape()');
      t.equal(await page.locator('.node.result').count(), ops.length, 'each with its output');
      await page.click('#all');
      t.strictSame(await gradsOf(page), node.grads);
      const steps = ops.length + 2;
      t.equal(
        await page.textContent('#count'),
        `${steps} of ${steps}`,
        'the beginning, each rule, and the leaves',
      );
    });

t.test('step by step: the rule that runs, what it gives, and what comes together', chromium, async (t) => {
  const page = await open(t, '#example=twice');
  await ran(page, 1);
  const words = async () => (await page.textContent('#words'))!;
  const current = () => page.locator('.node.current .op').allTextContents();
  const gradOfX = async () => (await page.getAttribute('.node.parameter', 'aria-label'))!;
  t.match(await words(), /has not begun/);
  await page.click('#next');
  t.match(await words(), /begins at loss with the gradient 1/);
  await page.click('#next');
  t.strictSame(await current(), ['add']);
  t.match(await words(), /^The rule of add \(line 6\), for g, the gradient of loss\./);
  t.match(await gradOfX(), /gradient 1$/);
  t.equal(await page.locator('.editor .line.shown').textContent(), 'const loss = square.add(x);\n');
  await page.click('#next');
  t.strictSame(await current(), ['mul']);
  t.match(await words(), /x had a gradient from another use/);
  t.equal(await page.locator('.node.parameter .gradient').textContent(), 'grad 7 = 1 + 3 + 3');
  t.strictSame(await page.locator('.edge.flow text').allTextContents(), ['3', '3']);
  await page.click('#previous');
  t.strictSame(await current(), ['add']);
  t.match(await gradOfX(), /gradient 1$/);
  await page.click('#reset');
  t.strictSame(await current(), []);
  t.notMatch(await gradOfX(), /gradient/);
});

t.test('a program without backward(), with several, and with a long tape', chromium, async (t) => {
  const page = await open(t);
  await ran(page, 1);
  const leaf = "import { tensor } from 'mixgrad';\nconst w = tensor([2], { requiresGrad: true });\n";
  await runCode(page, `${leaf}const y = w.mul(w);`, 2);
  t.match(await page.textContent('#status'), /does not call backward\(\), so this page called it on y\./);
  t.equal(await page.textContent('#count'), '0 of 3');
  await runCode(page, `${leaf}for (let i = 1; i < 4; i++) w.mul(i).backward();`, 3);
  t.match(await page.textContent('#status'), /walked back 3 times/);
  await page.selectOption('#walk', { index: 2 });
  await page.click('#all');
  t.match(await page.getAttribute('.node.parameter', 'aria-label'), /gradient 6$/, 'the calls add up');
  await runCode(page, `${leaf}let y = w;\nfor (let i = 0; i < 400; i++) y = y.add(1);\ny.backward();`, 4);
  t.equal(await page.textContent('#long'), 'This tape has 400 records, too many to be drawn.');
  t.notOk(await page.isVisible('#whole'));
  await runCode(page, `${leaf}console.log(1);`, 5);
  t.notOk(await page.isVisible('#seen'), 'no tape, no graph');
});

t.test('by keyboard alone', chromium, async (t) => {
  const page = await open(t, '#example=expression');
  await ran(page, 1);
  const focused = () => page.evaluate(() => document.activeElement!.id);
  await page.focus('textarea');
  await page.keyboard.press('Control+Enter');
  await ran(page, 2);
  await page.keyboard.press('Tab');
  t.equal(await focused(), 'run', 'Tab leaves the editor');
  while ((await focused()) !== 'next') await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  t.equal(await page.textContent('#count'), '1 of 4');
  await page.keyboard.press('n');
  await page.keyboard.press('n');
  await page.keyboard.press('p');
  t.equal(await page.textContent('#count'), '2 of 4');
  await page.keyboard.press('a');
  t.equal(await page.textContent('#count'), '4 of 4');
});

t.test('about in the graph by keyboard alone', chromium, async (t) => {
  const page = await open(t, '#example=expression');
  await ran(page, 1);
  const focused = () => page.evaluate(() => document.activeElement!.id);
  await page.focus('#next');
  await page.keyboard.press('a');
  while (!(await page.evaluate(() => document.activeElement!.matches('.node'))))
    await page.keyboard.press('Tab');
  const title = () => page.evaluate(() => document.activeElement!.getAttribute('aria-label'));
  t.match(await title(), /^parameter a, /);
  await page.keyboard.press('ArrowDown');
  t.match(await title(), /^parameter b, /);
  await page.keyboard.press('ArrowRight');
  t.equal(await title(), 'operation mul, line 7');
  await page.keyboard.press('ArrowRight');
  t.match(await title(), /^result product, shape \[1\], −6, gradient 1$/);
  await page.keyboard.press('Enter');
  t.equal(await focused(), 'details');
  t.match(await page.textContent('#details'), /product \[1\]/);
  await page.keyboard.press('Escape');
  t.match(await title(), /^result product/);
  await page.keyboard.press('ArrowLeft');
  t.equal(await title(), 'operation mul, line 7');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  t.equal(
    await page.evaluate(
      () =>
        (document.activeElement as HTMLTextAreaElement).value
          .slice(0, (document.activeElement as HTMLTextAreaElement).selectionStart)
          .split('\n').length,
    ),
    7,
    'to the line',
  );
});

t.test('axe finds nothing, and a phone is wide enough', chromium, async (t) => {
  for (const width of [1200, 360]) {
    const page = await open(t, '#example=convolution', { width, height: 800 });
    await ran(page, 1);
    for (let i = 0; i < 4; i++) await page.click('#next');
    await page.locator('.node.parameter').first().click();
    await page.click('summary');
    t.same(await violations(page), [], `${width} px`);
    t.ok((await overflow(page)) <= 0, `${width} px are enough`);
    const [first, second] = await page
      .locator('.node.record')
      .evaluateAll((nodes) => nodes.slice(0, 2).map((each) => each.getBoundingClientRect().toJSON()));
    const goesRight = second.x > first.x + first.width;
    const goesDown = second.y > first.y + first.height;
    t.ok(width === 1200 ? goesRight : goesDown, 'to the right where there is room, else down');
  }
});
