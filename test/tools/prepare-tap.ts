// Rebuilds tap's test class without the TypeScript plugin after an install: until then its loader stops every test.

import t from 'tap';
import { spawnSync } from '../processes.js';

if (t.pluginSignature.includes('@tapjs/typescript')) {
  const { status } = spawnSync('npx', ['tap', 'build'], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
