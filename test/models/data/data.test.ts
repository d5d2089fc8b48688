// `mixgrad data`, and data sets by name.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { encode } from 'fast-png';
import t, { type Test } from 'tap';
import { IMAGE_SIZE } from '../../../datasets/dataset.js';
import { findData } from '../../../models/run/data.js';
import { spawn } from '../../processes.js';
import { type Ended, isOneLine, mixgrad, runMixgrad, tiniest } from '../programs.js';

/** Runs the command line while this process serves. */
function runBeside(args: readonly string[], act?: (child: ReturnType<typeof spawn>) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [mixgrad, ...args]);
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (text) => {
      ended.stdout += text;
    });
    child.stderr.on('data', (text) => {
      ended.stderr += text;
    });
    child.on('close', (code) => resolve({ ...ended, code }));
    act?.(child);
  });
}

async function serve(
  t: Test,
  bytes: Uint8Array,
  ends: boolean,
): Promise<{ url: string; asked: Promise<void> }> {
  let ask: () => void;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const server = createServer((_, response) => {
    response.write(bytes, () => setTimeout(ask, 100));
    if (ends) response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, asked };
}

const record = (label: number) => Buffer.concat([Uint8Array.of(label), Buffer.alloc(IMAGE_SIZE, label)]);

/** A whole folder of CIFAR-10, of a few records. */
function cifarFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const i of [1, 2, 3, 4, 5]) writeFileSync(join(folder, `data_batch_${i}.bin`), record(i));
  writeFileSync(join(folder, 'test_batch.bin'), record(0));
  return folder;
}

t.test('what is there already is left alone', async (t) => {
  const folder = cifarFolder(join(t.testdir(), 'c'));
  const { code, stdout } = runMixgrad(['data', 'cifar10', folder, '--json']);
  t.equal(code, 0);
  t.strictSame(JSON.parse(stdout), { dataset: 'cifar10', path: folder, downloaded: false });
  t.equal(runMixgrad(['data', 'cifar10', folder]).stdout, `cifar10: is there already: ${folder}\n`);
});

t.test('a server that refuses ends it with code 1 and one line, and no folder', async (t) => {
  const folder = join(t.testdir(), 'c');
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  const { code, stderr } = await runBeside(['data', 'cifar10', folder, '--url', url]);
  t.equal(code, 1);
  t.equal(stderr, `data: ${url}: answered 404\n`);
  t.notOk(existsSync(folder));
});

t.test('SIGINT ends it with code 130; what has come stays for the next call', async (t) => {
  const folder = join(t.testdir(), 'c');
  const { url, asked } = await serve(t, new Uint8Array(50_000), false);
  const { code, stderr } = await runBeside(['data', 'cifar100', folder, '--url', url], (child) => {
    asked.then(() => child.kill('SIGINT'));
  });
  t.equal(code, 130);
  t.equal(stderr, `data: interrupted; the same command goes on from what is in ${folder}.download\n`);
  t.equal(readFileSync(join(`${folder}.download`, 'cifar100.tar.gz')).length, 50_000);
});

t.test('of two downloads into one folder the second is refused', async (t) => {
  const folder = join(t.testdir(), 'räume und so');
  const { url, asked } = await serve(t, new Uint8Array(50_000), false);
  const args = ['data', 'cifar100', `${folder}/`, '--url', url];
  const first = await runBeside(args, (child) => {
    asked.then(async () => {
      const { code, stderr } = await runBeside(args);
      t.equal(code, 2);
      t.equal(
        stderr,
        `data: ${folder}.download: process ${child.pid} is writing into this folder; wait until it has ended\n`,
      );
      child.kill('SIGTERM');
    });
  });
  t.equal(first.code, 143);
  t.equal(
    first.stderr,
    `data: interrupted; the same command goes on from what is in ${folder}.download\n`,
    'a slash behind the name is no part of it',
  );
  t.same(readdirSync(`${folder}.download`), ['cifar100.tar.gz'], 'locks are gone');
});

t.test('wrong usage is code 2 or names what is wrong', async (t) => {
  const wrong = (args: string[], message: RegExp) => {
    const { code, stderr } = runMixgrad(args);
    t.equal(code, 2, stderr);
    t.ok(isOneLine(stderr), stderr);
    t.match(stderr, message);
  };
  wrong(['data'], /missing required argument 'name'/);
  wrong(['data', 'mnist'], /Allowed choices are cifar10, cifar100/);
  for (const url of ['cifar', 'ftp://x/y', 'file:///x', 'https://'])
    wrong(['data', 'cifar10', '--url', url], /--url.* Expected an address that begins with https:/);
  wrong(['train', '--dataset', 'cifar100'], /--dataset cifar100: .*'mixgrad data cifar100' downloads it/);
  wrong(['train', '--dataset', 'images'], /--dataset images: --data DIR names its folder/);
  wrong(['train', '--dataset', 'synthetic', '--data', 'x'], /--data x: synthetic images have no folder/);
});

t.test('a folder is recognized by what is in it', async (t) => {
  const folder = t.testdir({
    ten: { 'data_batch_3.bin': '' },
    hundred: { 'test.bin': '' },
    own: { cats: {}, 'readme.txt': '' },
    nothing: {},
    hidden: { '.git': {} },
  });
  const found = (name: string) => findData(join(folder, name), null).dataset;
  t.same(['ten', 'hundred', 'own', 'nothing', 'hidden', 'nowhere'].map(found), [
    'cifar10',
    'cifar100',
    'images',
    'cifar10',
    'cifar10',
    'cifar10',
  ]);
  t.same(findData('x', 'images'), { data: 'x', dataset: 'images' });
  t.same(findData(null, null), { data: null, dataset: 'synthetic' });
});

t.test('a run learns from a folder of PNG files', async (t) => {
  const folder = t.testdir();
  for (const [label, name] of ['dark', 'light', 'red'].entries()) {
    mkdirSync(join(folder, 'images', name), { recursive: true });
    for (let i = 0; i < 10; i++) {
      const data = Uint8Array.from({ length: 48 * 40 * 3 }, (_, j) => (label * 100 + j * i) & 255);
      writeFileSync(
        join(folder, 'images', name, `${i}.png`),
        encode({ width: 48, height: 40, channels: 3, data }),
      );
    }
  }
  const out = join(folder, 'run');
  const { code, stdout, stderr } = runMixgrad([
    'train',
    ...tiniest,
    '--data',
    join(folder, 'images'),
    '--out',
    out,
  ]);
  t.equal(code, 0, stderr);
  t.match(stdout, /data: images, 16 training and 6 test images/);
  const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
  t.match(config, { dataset: 'images', data: join(folder, 'images') });
});

t.test('a data set by name is looked for where `mixgrad data` puts it', async (t) => {
  const folder = t.testdir();
  cifarFolder(join(folder, 'data', 'cifar10'));
  const args = ['train', ...tiniest, '--batch-size', '2', '--dataset', 'cifar10', '--out', 'run'];
  const { code, stdout, stderr } = runMixgrad(args, { cwd: folder });
  t.equal(code, 0, stderr);
  t.match(stdout, /data: cifar10, 5 training and 1 test images/);
});
