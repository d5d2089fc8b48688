// Builds the whole site into dist/site, and prints how large it is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { build } from 'vite';
import { printSizes } from './sizes.js';
import config from './vite.config.js';

const SITE = 'dist/site';
const start = performance.now();
const seconds = () => ((performance.now() - start) / 1000).toFixed(1);

/** The API, which needs another compiler. */
async function buildApi() {
  const [status] = await once(spawn('npm', ['run', '--silent', 'docs'], { stdio: 'inherit' }), 'exit');
  if (status !== 0) throw new Error('the API cannot be built');
  return seconds();
}

async function buildPages() {
  await build({ ...config, configFile: false, logLevel: 'warn' });
  return seconds();
}

rmSync(SITE, { recursive: true, force: true });
const [pages, api] = await Promise.all([buildPages(), buildApi()]);
printSizes(SITE);
console.log(`pages after ${pages} s, API after ${api} s`);
