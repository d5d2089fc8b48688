// The site as `npm run site` built it: tests only read it, side by side.
import { existsSync } from 'node:fs';

export const SITE = 'dist/site';
if (!existsSync(`${SITE}/index.html`)) throw new Error(`${SITE} is not there: npm run site builds it`);

/** What a server sends so that pages have threads. */
export const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
