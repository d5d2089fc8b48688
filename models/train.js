#!/usr/bin/env node
// Starts the training program, which `npm run build` compiles into dist/.
import { existsSync } from 'node:fs';

const program = new URL('../dist/models/train/cli.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error('train: the program is not built yet; run: npm run build');
  process.exitCode = 2;
}
