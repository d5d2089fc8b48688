// How large a built site is: each page with what its HTML asks for before any program runs, and everything together.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Tags that make a browser load a file with the page. */
const LOADED = /<(?:script|link|img)\b[^>]*?\b(?:src|href)="(?!data:)([^"]+)"/g;

/** The files of a folder and those below it. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** Sizes in bytes by file, as they are and after gzip. */
function measure(files) {
  const sizes = new Map();
  for (const file of files) {
    const bytes = readFileSync(file);
    sizes.set(file, { plain: bytes.length, gzip: gzipSync(bytes).length });
  }
  return sizes;
}

function sumOf(all) {
  const sum = { plain: 0, gzip: 0 };
  for (const { plain, gzip } of all) {
    sum.plain += plain;
    sum.gzip += gzip;
  }
  return sum;
}

const row = (name, { plain, gzip }) =>
  console.log(`${String(plain).padStart(9)} ${String(gzip).padStart(9)}  ${name}`);

/** Prints bytes, and bytes after gzip. */
export function printSizes(folder) {
  const files = filesIn(folder);
  const sizes = measure(files);
  const pages = files.filter((file) => file.endsWith('.html')).sort();
  const isApi = (page) => page.startsWith(join(folder, 'api'));
  const firstLoad = (page) => {
    const asked = Array.from(readFileSync(page, 'utf8').matchAll(LOADED), ([, path]) =>
      join(dirname(page), path),
    );
    return sumOf([page, ...new Set(asked)].map((file) => sizes.get(file)));
  };
  console.log('    bytes      gzip  first load of');
  for (const page of pages.filter((page) => !isApi(page))) row(relative(folder, page), firstLoad(page));
  const api = pages.filter(isApi).map(firstLoad);
  const largest = api.reduce((most, one) => (one.plain > most.plain ? one : most), api[0]);
  row(`the largest of ${api.length} pages of the API`, largest);
  row(`all ${files.length} files`, sumOf(sizes.values()));
}
