// Serves dist/ to a browser, under one prefix for each way to serve it: isolated from other pages, not, or damaged.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../../../../../', import.meta.url));
const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
};
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Whether a page, and whether a script, comes with the headers that isolate; and what stands in for worker.js. */
interface Prefix {
  page: boolean;
  script: boolean;
  worker?: string;
}

export const prefixes = {
  isolated: { page: true, script: true },
  plain: { page: false, script: false },
  'page-only': { page: true, script: false },
  'no-worker': { page: true, script: true, worker: '' },
  'bad-worker': { page: true, script: true, worker: "await null; throw new Error('not today');" },
  'short-worker': {
    page: true,
    script: true,
    worker: `
      import { accept, sayReady } from '../../platform.js';
      await accept();
      sayReady();
      setTimeout(() => { throw new Error('too tired'); });`,
  },
} satisfies Record<string, Prefix>;

export interface Site {
  /** The address, without a slash at its end. */
  origin: string;
  /** The paths asked for so far, without their prefix. */
  requests: string[];
  close(): void;
}

function contentOf(path: string, { worker }: Prefix): string | Buffer | null {
  if (path === 'page.html') return '<!doctype html><title>mixgrad</title>';
  if (path === 'kernels/devices/wasm/threads/worker.js' && worker !== undefined) return worker || null;
  const file = join(dist, normalize(`/${path}`));
  return existsSync(file) ? readFileSync(file) : null;
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
    const isolated = prefix?.[extname(path) === '.html' ? 'page' : 'script'];
    response.writeHead(content === null ? 404 : 200, {
      'Content-Type': types[extname(path)] ?? 'text/plain',
      ...(isolated && isolation),
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
