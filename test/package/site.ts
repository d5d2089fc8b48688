// A server of static files, with headers or without, that notes what was asked for.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

export interface Site {
  /** The address of the folder, with a slash at its end. */
  url: string;
  /** The files asked for so far. */
  requests: Set<string>;
  close(): void;
}

/** Serves a folder as a subfolder of a site, on a free port. */
export async function serve(folder: string, headers: Record<string, string> = {}): Promise<Site> {
  const base = '/some/where/';
  const requests = new Set<string>();
  const server = createServer(({ url }, response) => {
    const path = normalize(new URL(url!, 'http://localhost').pathname);
    const file = join(folder, path.slice(base.length));
    const found = path.startsWith(base) && statSync(file, { throwIfNoEntry: false })?.isFile();
    response.writeHead(found ? 200 : 404, {
      'Content-Type': types[extname(file)] ?? 'text/plain',
      ...headers,
    });
    if (!found) return void response.end();
    requests.add(file);
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`,
    requests,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Bytes of the files that were asked for so far. */
export const bytesLoaded = ({ requests }: Site): number =>
  [...requests].reduce((sum, file) => sum + statSync(file).size, 0);
