#!/usr/bin/env node
// `mixgrad gan`, as `npm run build` compiles it into dist/.
import { existsSync } from 'node:fs';

const program = new URL('../dist/models/cli.js', import.meta.url);
if (existsSync(program)) {
  const { main } = await import(program.href);
  await main(['gan', ...process.argv.slice(2)]);
} else {
  console.error('gan: the program is not built yet; run: npm run build');
  process.exitCode = 2;
}
