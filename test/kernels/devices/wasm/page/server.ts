// Serves dist/ to a browser, under one prefix for each way to serve it: isolated from other pages, not, or damaged.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const distUrl = new URL('../../../../../', import.meta.url);
const dist = fileURLToPath(distUrl);
const { imports } = JSON.parse(readFileSync(new URL('../package.json', distUrl), 'utf8'));
/** What package.json gives a page for '#platform', as a path in dist/. */
const platform: string = posix.relative('dist', imports['#platform'].default);
const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
};
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Headers of the page, and what stands in for the program of its worker threads. */
interface Prefix {
  headers: Record<string, string>;
  worker?: string;
}

export const prefixes = {
  isolated: { headers: isolation },
  plain: { headers: {} },
  'no-worker': { headers: { ...isolation, 'Content-Security-Policy': "worker-src 'self'" } },
  'bad-worker': { headers: isolation, worker: "throw new Error('not today');" },
  'short-worker': {
    headers: isolation,
    worker: `
      onmessage = () => {
        postMessage('ready');
        setTimeout(() => { throw new Error('too tired'); });
      };`,
  },
} satisfies Record<string, Prefix>;

export interface Site {
  /** The address, without a slash at its end. */
  origin: string;
  /** The paths asked for so far, without their prefix. */
  requests: string[];
  close(): void;
}

/** A file of dist/ as another one imports it. */
const relativeTo = (from: string, file: string) => `./${posix.relative(posix.dirname(from), file)}`;

function contentOf(path: string, { worker }: Prefix): string | Buffer | null {
  if (path === 'page.html') return '<!doctype html><title>mixgrad</title>';
  if (path.endsWith('/page-worker.text.js') && worker) return `export default ${JSON.stringify(worker)};`;
  const file = join(dist, normalize(`/${path}`));
  if (!existsSync(file)) return null;
  if (extname(path) !== '.js') return readFileSync(file);
  // A page's import map does not reach its workers, so '#platform' is put in its place here, as a bundler would.
  return readFileSync(file, 'utf8').replaceAll("'#platform'", `'${relativeTo(path, platform)}'`);
}

/** Starts the server on a free port. */
export async function serve(): Promise<Site> {
  const requests: string[] = [];
  const server = createServer(({ url }, response) => {
    const [, name, ...rest] = new URL(url!, 'http://localhost').pathname.split('/');
    const path = rest.join('/');
    requests.push(path);
    const prefix: Prefix | undefined = prefixes[name as keyof typeof prefixes];
    const content = prefix ? contentOf(path, prefix) : null;
    response.writeHead(content === null ? 404 : 200, {
      'Content-Type': types[extname(path)] ?? 'text/plain',
      ...prefix?.headers,
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
