// What the laboratory saves and loads, on which devices it computes, and what it says where it cannot.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { synthetic } from '../../datasets/synthetic.js';
import { keep } from '../../models/lab/keeping.js';
import { noChromium, violations } from '../models/report/pages.js';
import { inNode, losses, norms, openLab, says, step } from './lab-page.js';

const HASH = '#width=4&batchSize=8&components=2&images=40&testImages=20';
const data = { train: synthetic({ count: 40 }), test: synthetic({ split: 'test', count: 20 }) };
const root = t.testdir({});

/** Saves a file of one network; its path and name. */
async function save(page: Page, norm: string, button: string): Promise<{ path: string; name: string }> {
  const download = page.waitForEvent('download');
  await page.click(`#${norm}-files >> text=${button}`);
  const saved = await download;
  const name = saved.suggestedFilename();
  const path = join(root, name);
  await saved.saveAs(path);
  return { path, name };
}

/** Waits until a network that runs has made so many updates. */
const reaches = (page: Page, norm: string, updates: number) =>
  page.waitForFunction(([id, n]) => Number(document.getElementById(id)!.dataset.step) >= n, [
    norm,
    updates,
  ] as const);

const load = (page: Page, norm: string, path: string) => page.setInputFiles(`#${norm}-files input`, path);

t.test('save, reload, load, go on: the bits of what was not interrupted', { skip: noChromium }, async (t) => {
  const page = await openLab(t, HASH);
  const sessions = await inNode(HASH, data);
  const unbroken: number[][] = [];
  for (let n = 1; n <= 2; n++) t.strictSame(await step(page, n), await losses(sessions));
  const states = [];
  for (const [i, norm] of norms.entries()) {
    const state = await save(page, norm, 'Save state');
    t.equal(state.name, `cifar-cnn-${norm}-update2-state.safetensors`);
    states.push(state.path);
    const weights = await save(page, norm, 'Save weights');
    t.equal(weights.name, `cifar-cnn-${norm}-update2.safetensors`);
    t.ok(readFileSync(weights.path).equals((await keep(sessions[i], 'weights')).bytes), 'weights');
    const onnx = await save(page, norm, 'Save ONNX');
    t.equal(onnx.name, `cifar-cnn-${norm}-update2.onnx`);
    t.ok(readFileSync(onnx.path).equals((await keep(sessions[i], 'onnx')).bytes), 'ONNX');
  }
  await page.fill('[name=lr]', '0.01');
  await page.dispatchEvent('[name=lr]', 'change');
  for (const session of sessions) session.lr = 0.01;
  unbroken.push(await losses(sessions), await losses(sessions));
  t.strictSame([await step(page, 3), await step(page, 4)], unbroken);
  await page.goto('about:blank');
  const fresh = await openLab(t, `${HASH}&lr=0.01`);
  for (const [i, norm] of norms.entries()) {
    await load(fresh, norm, states[i]);
    await says(fresh, `#${norm}-files`, /-state\.safetensors: its state of training is taken over/);
  }
  t.equal(await fresh.inputValue('[name=lr]'), '0.002', 'the rate is the one that was saved');
  await fresh.fill('[name=lr]', '0.01');
  await fresh.dispatchEvent('[name=lr]', 'change');
  t.strictSame([await step(fresh, 3), await step(fresh, 4)], unbroken);
  t.same(await violations(fresh), []);
});

t.test('a file that does not fit is named; a network that runs goes on', { skip: noChromium }, async (t) => {
  const page = await openLab(t, HASH);
  const [bn] = await inNode(HASH, data);
  const [, other] = await inNode(`#seed=3&${HASH.slice(1)}`, data);
  const file = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(root, name), bytes);
    return join(root, name);
  };
  await page.click('#run');
  await reaches(page, 'mn', 2);
  const weights = (await keep(bn, 'weights')).bytes;
  const cases: [path: string, words: RegExp][] = [
    [file('bn.safetensors', weights), /^bn\.safetensors: loadStateDict: .*norm1.*; nothing has changed\.$/],
    [
      file('seed.safetensors', (await keep(other, 'state')).bytes),
      /^seed\.safetensors: the state is of an experiment with seed 3/,
    ],
    [file('x.safetensors', new Uint8Array(3)), /^x\.safetensors: safetensors: /],
  ];
  for (const [path, words] of cases) {
    await load(page, 'mn', path);
    await says(page, '#mn-files p', words);
  }
  const before = Number(await page.getAttribute('#mn', 'data-step'));
  await reaches(page, 'mn', before + 2);
  t.equal(await page.textContent('#alert'), '');
});

t.test('other networks, norms and places: the bits of Node', { skip: noChromium }, async (t) => {
  for (const more of [
    'left=group&right=ghost&model=resnet-20&normAt=layer1',
    'left=none&right=mode&model=densenet-40',
  ]) {
    const hash = `${HASH}&${more}`;
    const page = await openLab(t, hash);
    const sessions = await inNode(hash, data);
    t.strictSame(await step(page, 1), await losses(sessions), more);
    const [left, right] = sessions.map(({ experiment }) => experiment.norm.toUpperCase());
    for (const [norm, title] of [
      ['bn', left],
      ['mn', right],
    ])
      t.same(new Set(await page.locator(`[data-title=${norm}]`).allTextContents()), new Set([title]));
    await page.selectOption('[name=model]', 'cifar-cnn');
    t.equal(await page.inputValue('[name=normAt]'), 'all');
    t.notMatch(page.url(), /normAt|model/);
  }
});

t.test('what sleeps goes on where it was', { skip: noChromium }, async (t) => {
  const page = await openLab(t, HASH);
  const cdp = await page.context().newCDPSession(page);
  const sessions = await inNode(HASH, data);
  t.strictSame(await step(page, 1), await losses(sessions));
  await page.click('#run');
  await reaches(page, 'bn', 2);
  await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
  await cdp.send('Page.setWebLifecycleState', { state: 'active' });
  for (const norm of norms) await reaches(page, norm, 6);
  await page.click('#run');
  for (const [i, norm] of norms.entries()) {
    const { path, name } = await save(page, norm, 'Save weights');
    const made = Number(/update(\d+)/.exec(name)![1]);
    while (sessions[i].step < made) await sessions[i].update();
    t.ok(readFileSync(path).equals((await keep(sessions[i], 'weights')).bytes), `${norm} after ${made}`);
  }
});

t.test('a browser that lacks something is told what', { skip: noChromium }, async (t) => {
  const page = await openLab(t, '', {
    before: () => {
      WebAssembly.validate = () => false;
    },
  });
  await says(page, '#support', /^This browser cannot train networks: there is no WebAssembly with SIMD here/);
  t.ok(await page.isDisabled('#run'));
  const open = await openLab(t, '', {
    threads: false,
    before: () => Object.defineProperty(navigator, 'hardwareConcurrency', { value: 8 }),
  });
  await says(
    open,
    '#support',
    /^Each network trains with one thread: the server of this page does not send the headers/,
  );
  const bare = await openLab(t, '', { javaScriptEnabled: false });
  t.match(await bare.textContent('#support'), /This page trains networks with JavaScript modules/);
});

t.test(
  'WebGPU is offered where a GPU answers, or where the link asks for it',
  { skip: noChromium },
  async (t) => {
    const args = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
    const page = await openLab(t, HASH, { args });
    t.ok(await page.locator('[name=device] option', { hasText: 'webgpu' }).isDisabled());
    await page.focus('[name=device]');
    await says(page, '[name=device] + .hint', /^not webgpu: no GPU answers through WebGPU$/);
    const asked = await openLab(t, `${HASH}&device=webgpu`, { args });
    const found = await step(asked, 1);
    const expected = await losses(await inNode(HASH, data));
    for (const [i, loss] of found.entries())
      t.ok(Math.abs(loss - expected[i]) < 1e-3, `${loss}, on wasm ${expected[i]}`);
    const browser = await asked.context().browser()!.newBrowserCDPSession();
    await asked.click('#run');
    await reaches(asked, 'bn', 2);
    asked.removeAllListeners('console'); // GPU.js says it there too
    browser.send('Browser.crashGpuProcess' as never).catch(() => {});
    await says(asked, '#alert', /^(BN|MN): gpujs-webgpu: the GPU is lost: /);
  },
);
