// The package as somebody has it who installed it: packed, and installed in an empty folder outside of the project.

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from '../processes.js';

const execute = promisify(execFile);

/** How a program ended. */
export interface Ended {
  stdout: string;
  stderr: string;
  status: number;
}

/** A folder in which the package is installed. */
export class Consumer {
  private constructor(
    readonly folder: string,
    /** Why the package could not be installed; null where it is. */
    readonly missing: string | null,
  ) {}

  /** Packs what is built and installs it. */
  static async create(): Promise<Consumer> {
    const folder = mkdtempSync(join(tmpdir(), 'mixgrad-'));
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
    );
    // What is in dist/ is what the tests are made of: it is not built again.
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
    const { stdout } = await execute('npm', pack);
    const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=0'];
    const missing = await execute('npm', [...install, `./${stdout.trim()}`], { cwd: folder }).then(
      () => null,
      (error: Error & { stderr: string }) => {
        if (!/E(NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT)|ENOTCACHED|network/.test(error.stderr))
          throw error;
        return `npm reaches no registry: ${error.stderr.split('\n')[0]}`;
      },
    );
    cpSync('test/package/page', folder, { recursive: true });
    return new Consumer(folder, missing);
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** A new folder with the page's files; `mixgrad` is found from there. */
  copy(name: string): string {
    const folder = this.path(name);
    mkdirSync(folder);
    cpSync('test/package/page', folder, { recursive: true });
    symlinkSync(this.path('node_modules'), join(folder, 'node_modules'));
    return folder;
  }

  /** Installs a package of the project's own as well, by a link. */
  link(name: string): () => void {
    const link = this.path('node_modules', name);
    symlinkSync(join(process.cwd(), 'node_modules', name), link);
    return () => rmSync(link);
  }

  /** Runs Node in the folder. */
  async node(...args: string[]): Promise<Ended> {
    const options = { cwd: this.folder, timeout: 60_000, maxBuffer: 2 ** 24 };
    // In this variable tap gives options of its own to the programs that are started.
    return execute('env', ['-u', 'NODE_OPTIONS', process.execPath, ...args], options).then(
      ({ stdout, stderr }) => ({ stdout, stderr, status: 0 }),
      ({ stdout, stderr, code }) => ({ stdout, stderr, status: code }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
