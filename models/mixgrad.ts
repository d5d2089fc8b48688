#!/usr/bin/env node
// What `npx mixgrad` starts.
import { main } from './cli.js';

await main(process.argv.slice(2));
