// How Vite builds and serves the site: static files that work from any folder of any server.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromMarkdown, inputs, withHeader } from './pages/plugin.js';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const pages = readdirSync(at('.')).filter((name) => name.endsWith('.html'));
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default {
  root: at('.'),
  base: './',
  server: { headers },
  preview: { headers },
  plugins: [fromMarkdown(), withHeader()],
  // messages name classes
  worker: { format: 'es', rolldownOptions: { output: { keepNames: true } } },
  // what programs share with pages waits for signals between two updates, where Node has them
  resolve: { alias: { 'node:timers/promises': at('./src/turns.ts') } },
  build: {
    outDir: at('../../dist/site'),
    emptyOutDir: false, // the API is built beside it
    target: 'es2022',
    rollupOptions: {
      input: [...pages.map((name) => at(`./${name}`)), ...inputs],
      checks: { pluginTimings: false },
    },
  },
};
