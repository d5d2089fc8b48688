// The API site: everything public, the README, and the pages of docs/.
import { readdirSync } from 'node:fs';

const chapters = readdirSync('../course').map((name) => `../course/${name}`);
const pages = ['..', '../results', ...chapters].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`),
);

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'mixgrad',
  entryPoints: ['../../lib/index.ts'],
  tsconfig: '../../tsconfig.json',
  readme: '../../README.md',
  projectDocuments: pages,
  out: '../../dist/docs',
  highlightLanguages: ['bash', 'html', 'javascript', 'json', 'python', 'typescript'],
  disableSources: true,
  excludePrivate: true,
  excludeInternal: true,
  githubPages: false,
  treatWarningsAsErrors: true,
  skipErrorChecking: true,
  // Types that are named by public ones alone have no page.
  validation: { invalidLink: true, invalidPath: true, notExported: false },
};
