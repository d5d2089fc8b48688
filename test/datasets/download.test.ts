// Downloading from servers that cut, stall, redirect, refuse and lie.
import { createHash } from 'node:crypto';
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import t, { type Test } from 'tap';
import { loadCifar } from '../../datasets/cifar.js';
import { installCifar } from '../../datasets/cifar-archive.js';
import { IMAGE_SIZE } from '../../datasets/dataset.js';
import { type DownloadOptions, download, type Source } from '../../datasets/download.js';
import { DataError } from '../../lib/errors.js';

type Answer = (request: IncomingMessage, response: ServerResponse, turn: number) => void;

/** Bytes that are not alike anywhere. */
const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8) * 17 + (i >> 16)) & 255);
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');
const quick: DownloadOptions = { pauseSeconds: 0.001, stallSeconds: 0.2 };

/** A server that answers so, until the test ends; and what it was asked for. */
async function serve(t: Test, answer: Answer, bytes: Uint8Array = content) {
  const ranges: (string | undefined)[] = [];
  const server: Server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
  const source: Source = { url, md5: md5(bytes), bytes: bytes.length };
  return { source, ranges };
}

/** As servers do: the part that was asked for. */
const plain =
  (bytes: Uint8Array = content): Answer =>
  ({ headers }, response) => {
    const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
    const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? range : {});
    response.end(bytes.subarray(from));
  };

/** Sends some bytes and breaks the connection off. */
function cut({ headers }: IncomingMessage, response: ServerResponse, count: number): void {
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-length': content.length - from,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {}),
  });
  response.write(content.subarray(from, from + count), () => setTimeout(() => response.destroy(), 20));
}

async function succeeds(t: Test, source: Source, path = join(t.testdir(), 'file')): Promise<void> {
  await download(source, path, quick);
  t.ok(readFileSync(path).equals(content), 'every byte');
}

async function fails(t: Test, source: Source, message: RegExp): Promise<string> {
  const path = join(t.testdir(), 'file');
  await t.rejects(download(source, path, quick), { name: 'DataError', message });
  return path;
}

t.test('a file in one piece', async (t) => {
  const { source, ranges } = await serve(t, plain());
  await succeeds(t, source);
  t.same(ranges, [undefined]);
});

t.test('a connection that is cut again and again goes on where it stopped', async (t) => {
  const { source, ranges } = await serve(t, (request, response, turn) =>
    turn < 8 ? cut(request, response, 30_000) : plain()(request, response, turn),
  );
  await succeeds(t, source);
  t.equal(ranges[0], undefined);
  t.match(ranges.at(-1), /^bytes=[1-9]\d*-$/);
});

t.test('nor does it matter that it breaks off while bytes are being written', async (t) => {
  const { source } = await serve(t, (request, response, turn) => {
    if (turn > 3) return plain()(request, response, turn);
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 150_000), () => response.destroy());
  });
  // The disk takes its time.
  const { write } = fs;
  t.teardown(() => {
    fs.write = write;
  });
  const slow = (...args: Parameters<typeof write>) => setTimeout(() => write(...args), 50);
  fs.write = Object.assign(slow as never, write);
  await succeeds(t, source);
});

t.test('what an earlier call left is used', async (t) => {
  const { source, ranges } = await serve(t, plain());
  const path = join(t.testdir({ file: '' }), 'file');
  writeFileSync(path, content.subarray(0, 100_000));
  await succeeds(t, source, path);
  t.same(ranges, ['bytes=100000-']);
});

t.test('what an earlier call left of another file is thrown away', async (t) => {
  const { source, ranges } = await serve(t, plain());
  const path = join(t.testdir({ file: 'something else' }), 'file');
  await succeeds(t, source, path);
  t.same(ranges, ['bytes=14-', undefined]);
});

t.test('a server that knows no ranges begins anew', async (t) => {
  const { source } = await serve(t, (_, response) => response.end(content));
  const path = join(t.testdir({ file: 'abc' }), 'file');
  await succeeds(t, source, path);
});

t.test('a server that stalls is asked again', async (t) => {
  const { source, ranges } = await serve(t, (request, response, turn) => {
    if (turn > 2) plain()(request, response, turn);
    else if (turn === 2) response.write(content.subarray(0, 50_000));
  });
  await succeeds(t, source);
  t.equal(ranges.length, 3);
  t.match(ranges[2], /^bytes=[1-9]\d*-$/);
});

t.test('a server that always fails is given up, and what it says is told', async (t) => {
  const stalls = await serve(t, () => {});
  await fails(t, stalls.source, /sent nothing for 0\.2 s, 5 times in a row$/);
  const broken = await serve(t, (_, response) => response.writeHead(503).end());
  await fails(t, broken.source, /answered 503, 5 times in a row$/);
  t.equal(broken.ranges.length, 5);
  const missing = await serve(t, (_, response) => response.writeHead(404).end());
  await fails(t, missing.source, /\/file: answered 404$/);
  t.equal(missing.ranges.length, 1);
  await fails(t, { ...missing.source, url: 'http://127.0.0.1:9/file' }, /ECONNREFUSED.*5 times in a row$/);
});

t.test('redirections are followed, not for ever and not out of https', async (t) => {
  const to = (response: ServerResponse, location: string) => response.writeHead(302, { location }).end();
  const { source } = await serve(t, (request, response, turn) =>
    request.url === '/file' ? to(response, '/elsewhere') : plain()(request, response, turn),
  );
  await succeeds(t, source);
  const circle = await serve(t, (_, response) => to(response, '/file'));
  await fails(t, circle.source, /more than 5 redirections$/);
  const out = await serve(t, (_, response) => to(response, 'ftp://127.0.0.1/file'));
  await fails(t, out.source, /leads to 'ftp:.*', expected an address with https$/);
  const nowhere = await serve(t, (_, response) => response.writeHead(302).end());
  await fails(t, nowhere.source, /leads to ''/);
});

t.test('lies about lengths: less, more, and without an end', async (t) => {
  const less = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': 1000 }).end(content.subarray(0, 1000));
  });
  await fails(t, less.source, /ended after 1000 of 300000 bytes, 5 times in a row$/);
  const more = await serve(t, (_, response) => {
    response.write(content);
    response.end(content);
  });
  const path = await fails(t, more.source, /sends more than the expected 300000 bytes$/);
  t.notOk(existsSync(path));
  const range = await serve(t, (_, response) =>
    response.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('xxxxx'),
  );
  await fails(t, range.source, /answered 206 with the range 'bytes 5-9\/10'/);
});

t.test('a wrong checksum is named, and the file is gone', async (t) => {
  const { source } = await serve(t, plain());
  const wrong = { ...source, md5: '0'.repeat(32) };
  const path = await fails(t, wrong, new RegExp(`MD5 sum is ${source.md5}, expected 0{32}; it was deleted$`));
  t.notOk(existsSync(path));
});

t.test('a signal ends it, and what has come stays', async (t) => {
  const { source } = await serve(t, (_, response) => {
    response.write(content.subarray(0, 50_000));
  });
  const controller = new AbortController();
  const path = join(t.testdir(), 'file');
  const options = { ...quick, stallSeconds: 10, signal: controller.signal };
  const reason = new Error('enough');
  await t.rejects(
    download(source, path, { ...options, onProgress: () => setTimeout(() => controller.abort(reason), 50) }),
    reason,
  );
  t.equal(readFileSync(path).length, 50_000);
});

const full = '/dev/full';
t.test('a disk that is full is told', { skip: existsSync(full) ? false : 'no /dev/full' }, async (t) => {
  const { source } = await serve(t, plain());
  await t.rejects(download(source, full, quick), { name: 'DataError', message: /^\/dev\/full: .*(ENOSPC)/ });
});

const record = (label: number) => Buffer.concat([Uint8Array.of(label), Buffer.alloc(IMAGE_SIZE, label)]);
const names = [...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), 'test_batch.bin'];

/** An archive of these files. */
async function archive(files: Record<string, Uint8Array | string>): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([name, body]) => {
    const data = Buffer.from(body);
    return { header: { name, size: data.length, type: 'file' as const }, body: data };
  });
  return gzipSync(await packTar(entries));
}

const whole = Object.fromEntries(names.map((name, i) => [`cifar-10-batches-bin/${name}`, record(i)]));

/** Installs what a server has; returns the folder that was asked for and the one above it. */
async function install(t: Test, bytes: Uint8Array, into = 'cifar') {
  const above = t.testdir();
  const folder = join(above, into);
  const { source } = await serve(t, plain(bytes), bytes);
  const call = () => installCifar('cifar10', folder, { ...quick, source });
  return { above, folder, call };
}

t.test('an archive becomes the folder of its files, and nothing else', async (t) => {
  const extra = {
    'cifar-10-batches-bin/readme.html': 'hello',
    'cifar-10-batches-bin/sub/test_batch.bin': 'no',
  };
  const { above, folder, call } = await install(t, await archive({ ...whole, ...extra }), 'a/b/cifar');
  t.equal(await call(), true);
  t.same(readdirSync(folder), names);
  t.equal(loadCifar(folder).length, 5);
  t.same(readdirSync(join(above, 'a', 'b')), ['cifar']);
  t.equal(await call(), false, 'a second call finds it there');
});

t.test('an archive decides no path', async (t) => {
  const climbing = await archive({ ...whole, '../data_batch_1.bin': 'x', '../../evil': 'x', '/evil': 'x' });
  const { above, folder, call } = await install(t, climbing, 'in/cifar');
  t.equal(await call(), true);
  t.same([readdirSync(above), readdirSync(join(above, 'in'))], [['in'], ['cifar']]);
  t.notOk(existsSync('/evil'));
  t.same([readdirSync(folder), loadCifar(folder).length], [names, 5]);
});

t.test('an archive that lacks a file, is cut or is none makes no folder', async (t) => {
  const { 'cifar-10-batches-bin/test_batch.bin': _, ...five } = whole;
  const all = await archive(whole);
  const cases: [Uint8Array, RegExp][] = [
    [await archive(five), /has no test_batch\.bin; expected/],
    [all.subarray(0, all.length - 20), /cannot be unpacked: unexpected end of file/],
    [content, /cannot be unpacked: incorrect header check/],
  ];
  for (const [bytes, message] of cases) {
    const { folder, call } = await install(t, bytes);
    await t.rejects(call(), { name: 'DataError', message });
    t.notOk(existsSync(folder));
  }
});

t.test('a folder with something else in it stays as it is', async (t) => {
  const { folder, call } = await install(t, await archive(whole));
  mkdirSync(folder);
  t.equal(await call(), true, 'an empty one is filled');
  const other = t.testdir({ notes: 'mine' });
  await t.rejects(installCifar('cifar10', other), new DataError(`${other}: ${lacks}; found notes`));
  t.same(readdirSync(other), ['notes']);
  const file = join(other, 'notes');
  await t.rejects(installCifar('cifar10', file), { name: 'DataError', message: /notes: not a directory/ });
  await t.rejects(installCifar('cifar10', join(file, 'x'), quick), { name: 'DataError', message: /notes/ });
});

t.test(
  'a link to a folder is followed; what cannot be replaced is refused before anything comes',
  async (t) => {
    const above = t.testdir({
      real: {},
      link: t.fixture('symlink', 'real'),
      broken: t.fixture('symlink', 'no'),
    });
    const bytes = await archive(whole);
    const { source, ranges } = await serve(t, plain(bytes), bytes);
    const call = (folder: string) => installCifar('cifar10', folder, { ...quick, source });
    await t.rejects(call(join(above, 'broken')), {
      message: /broken: is a link to something that is not there$/,
    });
    const before = process.cwd();
    process.chdir(join(above, 'real'));
    t.teardown(() => process.chdir(before));
    await t.rejects(call('.'), { message: '.: is the working directory, which cannot be replaced' });
    process.chdir(before);
    t.same([ranges, readdirSync(above).sort()], [[], ['broken', 'link', 'real']]);
    t.equal(await call(join(above, 'link')), true);
    t.same(readdirSync(join(above, 'real')), names);
    t.same(readdirSync(above).sort(), ['broken', 'link', 'real']);
  },
);

const noProc = !existsSync('/proc/self') && 'there is no /proc here';
t.test('below /proc, where nothing can be made, the attempt ends', { skip: noProc }, async (t) => {
  for (const path of ['/proc/x', '/proc/x/y/z'])
    await t.rejects(installCifar('cifar10', path, quick), { name: 'DataError', message: /^\/proc\/x/ });
});

const five = names.slice(0, 5).join(', ');
const lacks = `has no ${five}; expected the folder of CIFAR-10's binary version, with ${five} and test_batch.bin`;
