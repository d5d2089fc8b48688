// The API reference: everything public. The pages of docs/ are made by docs/site.

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'mixgrad API',
  entryPoints: ['../../lib/index.ts'],
  tsconfig: '../../tsconfig.json',
  plugin: ['./header.js'],
  customCss: './header.css',
  readme: 'none',
  out: '../../dist/site/api',
  highlightLanguages: ['javascript', 'typescript'],
  disableSources: true,
  hideGenerator: true,
  excludePrivate: true,
  excludeInternal: true,
  githubPages: false,
  logLevel: 'Warn',
  treatWarningsAsErrors: true,
  skipErrorChecking: true,
  // Types that are named by public ones alone have no page.
  validation: { invalidLink: true, invalidPath: true, notExported: false },
};
