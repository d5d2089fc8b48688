// Builds the whole site into dist/site, and prints how large it is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { build } from 'vite';
import { printSizes } from './sizes.js';
import config from './vite.config.js';

const start = performance.now();
await build({ ...config, configFile: false, logLevel: 'warn' });
const pages = performance.now();
const [status] = await once(spawn('npm', ['run', '--silent', 'docs'], { stdio: 'inherit' }), 'exit');
if (status !== 0) process.exit(1);
printSizes('dist/site');
const seconds = (from, to) => ((to - from) / 1000).toFixed(1);
console.log(`pages in ${seconds(start, pages)} s, API in ${seconds(pages, performance.now())} s`);
