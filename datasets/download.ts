// One file from the network: what breaks off goes on where it stopped, and only a file with the right checksum counts.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync, statSync } from 'node:fs';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataError } from '../lib/errors.js';
import { reasonOf } from './files.js';

/** A file, and what it must be. */
export interface Source {
  url: string;
  /** Its MD5 sum, in hexadecimal. */
  md5: string;
  /** Its size. */
  bytes: number;
}

/** Options of {@link download}. */
export interface DownloadOptions {
  /** Ends it; what has come is kept. */
  signal?: AbortSignal;
  /** Told of the bytes that are there. */
  onProgress?: (bytes: number) => void;
  /** Seconds without a byte after which a connection is given up. @default 30 */
  stallSeconds?: number;
  /** Seconds before another try, twice as long each time. @default 1 */
  pauseSeconds?: number;
}

/** Tries in a row that bring nothing new. */
const TRIES = 5;
const REDIRECTS = 5;

/** What comes is not the file. */
class TooMuch extends DataError {}

/** Another try may help. */
class Interrupted extends Error {}

/**
 * Downloads to `path`, and goes on with what is there of an earlier try.
 * @throws DataError where the server refuses, five tries in a row bring nothing, what came has another size or checksum
 *   (it is then deleted), or the disk refuses
 */
export async function download(source: Source, path: string, options: DownloadOptions = {}): Promise<void> {
  const resumed = sizeOf(path) > 0;
  await fetchAll(source, path, options);
  const sum = await md5Of(path);
  if (sum === source.md5) return;
  rmSync(path);
  // What an earlier try left may be of another file.
  if (resumed) return download(source, path, options);
  throw new DataError(`${source.url}: its MD5 sum is ${sum}, expected ${source.md5}; it was deleted`);
}

async function fetchAll(source: Source, path: string, options: DownloadOptions): Promise<void> {
  const { signal, pauseSeconds = 1 } = options;
  for (let failures = 0; sizeOf(path) < source.bytes; ) {
    const before = sizeOf(path);
    try {
      await fetchRest(source, path, options);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof TooMuch) rmSync(path);
      if (!(error instanceof Interrupted)) throw error;
      failures = sizeOf(path) > before ? 1 : failures + 1;
      if (failures === TRIES)
        throw new DataError(`${source.url}: ${error.message}, ${TRIES} times in a row`, { cause: error });
      await sleep(1000 * pauseSeconds * 2 ** (failures - 1), undefined, { signal });
    }
  }
}

/** One connection: appends what it brings. */
async function fetchRest(source: Source, path: string, options: DownloadOptions): Promise<void> {
  const have = sizeOf(path);
  const response = await request(source.url, have, options);
  const from = firstByte(response, have);
  let bytes = from;
  const counter = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      options.onProgress?.(bytes);
      const over = `${source.url}: sends more than the expected ${source.bytes} bytes`;
      done(bytes > source.bytes ? new TooMuch(over) : null, chunk);
    },
  });
  const file = createWriteStream(path, { flags: from > 0 ? 'a' : 'w' });
  try {
    await pipeline(response, counter, file, { signal: options.signal });
  } catch (error) {
    throw error instanceof DataError ? error : asError(error, path);
  } finally {
    // A write that was under way may still end: until then the file's size is not what it will be. once() of node:events
    // would throw the error that has closed the file.
    if (!file.closed) await new Promise<void>((resolve) => file.once('close', resolve));
  }
  if (bytes < source.bytes) throw new Interrupted(`ended after ${bytes} of ${source.bytes} bytes`);
}

/** Where the bytes of a response belong. @throws DataError or Interrupted where it brings none */
function firstByte({ statusCode = 0, headers }: IncomingMessage, have: number): number {
  if (statusCode === 200) return 0;
  const range = /^bytes (\d+)-/.exec(headers['content-range'] ?? '');
  if (statusCode === 206 && Number(range?.[1]) === have) return have;
  throw new Interrupted(`answered ${statusCode} with the range '${headers['content-range'] ?? ''}'`);
}

/** Follows redirections, never from https to http. */
async function request(url: string, have: number, options: DownloadOptions): Promise<IncomingMessage> {
  let at = url;
  for (let i = 0; i <= REDIRECTS; i++) {
    const response = await open(at, have, options);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200 || statusCode === 206) return response;
    response.destroy();
    if (statusCode < 300 || statusCode > 399) throw refusal(at, statusCode);
    at = nextOf(at, headers.location);
  }
  throw new DataError(`${url}: more than ${REDIRECTS} redirections`);
}

function nextOf(url: string, location = ''): string {
  const next = location && URL.canParse(location, url) ? new URL(location, url) : null;
  const safe = next && (next.protocol === 'https:' || next.protocol === new URL(url).protocol);
  if (!safe) throw new DataError(`${url}: leads to '${location}', expected an address with https`);
  return next.href;
}

function refusal(url: string, status: number): Error {
  const passing = status >= 500 || status === 408 || status === 429 || status === 416;
  return passing ? new Interrupted(`answered ${status}`) : new DataError(`${url}: answered ${status}`);
}

function open(url: string, have: number, options: DownloadOptions): Promise<IncomingMessage> {
  const { signal, stallSeconds = 30 } = options;
  const headers = { 'accept-encoding': 'identity', ...(have > 0 ? { range: `bytes=${have}-` } : {}) };
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getHttps : getHttp;
    const sent = get(url, { headers, signal, agent: false }, resolve);
    sent.on('error', (error) => reject(asError(error)));
    sent.setTimeout(1000 * stallSeconds, () =>
      sent.destroy(new Interrupted(`sent nothing for ${stallSeconds} s`)),
    );
  });
}

/** What the disk refuses is an end; what the network does is not. */
function asError(error: unknown, path?: string): Error {
  const { code = '', syscall = '' } = error as NodeJS.ErrnoException;
  if (path && ['write', 'open', 'close'].includes(syscall) && code !== 'EPIPE')
    return new DataError(`${path}: cannot be written: ${reasonOf(error)}`, { cause: error });
  if (error instanceof Interrupted) return error;
  return new Interrupted(code === 'ECONNRESET' ? 'broke off' : (error as Error).message || code, {
    cause: error,
  });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
