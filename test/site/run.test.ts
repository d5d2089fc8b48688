// Programs in a page of headless Chromium: they print what they print in Node, and what is wrong with them is said.
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { examples } from '../../models/tape/examples.js';
import { noChromium } from '../models/report/pages.js';
import { openPage } from './built.js';
import { inNode, ran, runCode } from './tape-page.js';

const chromium = { skip: noChromium, timeout: 300_000 };
const open = (t: Test, hash = '') => openPage(t, `tape.html${hash}`);

t.test('what is wrong with a program is said in words, with its line', chromium, async (t) => {
  const page = await open(t);
  await ran(page, 1);
  const wrong: [code: string, message: RegExp, line: number][] = [
    [
      "import { tensor } from 'mixgrad';\nconst a = tensor([1]);\n\na.mul(tensor([[1, 2], [3, 4]])).add(missing);",
      /^Line 4: ReferenceError: missing is not defined$/,
      4,
    ],
    [
      "import { tensor } from 'mixgrad';\nfunction f() {\n  return tensor([1, 2]).reshape([3]);\n}\nf();",
      /^Line 3: ShapeError: reshape/,
      3,
    ],
    ['const a = 1;\nconst = 2;', /^Line 2: Unexpected token$/, 2],
    ["import { tensor, sofmax } from 'mixgrad';", /^Line 1: mixgrad has no export 'sofmax'\.$/, 1],
    ["import { Tanh, Softmax, crossentropy } from 'mixgrad';", /Did you mean 'crossEntropy'\?$/, 1],
    ["\nimport { readFileSync } from 'node:fs';", /^Line 2: node:fs is a module of Node/, 2],
    ["import x from 'three';", /^Line 1: A program in a page can import 'mixgrad' alone, not 'three'\.$/, 1],
    ["const name = 'mixgrad';\nawait import(name);", /^Line 2: .* by its name\.$/, 2],
    ['throw 3;', /^The program threw 3$/, 0],
    [
      'setTimeout(() => { nothing; });\nawait new Promise(() => {});',
      /^Line 1: ReferenceError: nothing is not defined$/,
      1,
    ],
    ['Promise.reject(new Error("late"));\nawait new Promise(() => {});', /^Line 1: Error: late$/, 1],
  ];
  for (const [i, [code, message, line]] of wrong.entries()) {
    await runCode(page, code, i + 2);
    t.match(await page.textContent('#alert'), message);
    const marked = await page
      .locator('.editor .line')
      .evaluateAll((lines) => lines.findIndex((each) => each.classList.contains('wrong')) + 1);
    t.equal(marked, line, 'the line is marked');
  }
  await runCode(page, examples[0].code, wrong.length + 2);
  t.equal(await page.textContent('#alert'), '', 'and the next program runs');
});

t.test('an endless loop is stopped, by the button and by the limit', chromium, async (t) => {
  const page = await open(t);
  await ran(page, 1);
  await page.fill('textarea', "console.log('before');\nfor (;;);");
  await page.click('#run');
  await page.waitForSelector('#log :text("before")');
  await page.click('#stop');
  await ran(page, 2);
  t.equal(await page.textContent('#alert'), 'The program was stopped.');
  await runCode(page, 'for (;;);', 3);
  t.match(
    await page.textContent('#alert'),
    /^The program was stopped after 10 s\. Does a loop in it have no end\?$/,
  );
  await runCode(page, 'for (let i = 0; i < 5000; i++) console.log(i);', 4);
  t.equal(await page.locator('#log .log').count(), 1000);
  t.match(await page.textContent('#log .warn'), /is not shown/);
});

t.test('a link is a program, which waits until it is run', chromium, async (t) => {
  const first = await open(t);
  await ran(first, 1);
  const code = "console.log('wörld', 1);";
  await runCode(first, code, 2);
  const { hash } = new URL(first.url());
  t.match(hash, /^#program=/);
  const second = await open(t, hash);
  await second.waitForSelector('#status:text("came with the link")');
  t.equal(await second.inputValue('textarea'), code);
  t.equal(await second.textContent('#log'), '');
  await second.click('#run');
  await ran(second, 1);
  t.equal(await second.textContent('#log'), 'wörld 1\n');
  await second.selectOption('#example', 'detach');
  await ran(second, 2);
  t.equal(new URL(second.url()).hash, '#example=detach');
  const broken = await open(t, '#program=%%%');
  await broken.waitForSelector('#alert:text("cannot be read")');
});

t.test('chapters of the course print what they print in Node', chromium, async (t) => {
  const page = await open(t);
  await ran(page, 1);
  const chapters = ['01-scalar-tape', '02-vector-jacobian-products', '03-broadcasting', '09-mixtures-and-em'];
  for (const [i, chapter] of chapters.entries()) {
    const code = readFileSync(`docs/course/${chapter}/program.js`, 'utf8');
    await runCode(page, code, i + 2);
    t.equal(await page.textContent('#alert'), '');
    t.equal(await page.textContent('#log'), inNode(code), chapter);
  }
});
