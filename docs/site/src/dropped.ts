// What was dropped on the page or chosen in it, as files with their paths.
import type { GivenFile } from '../../../dist/models/lab/own/given.js';

/** All files that were dropped, those in folders included. */
export async function dropped({ items }: DataTransfer): Promise<GivenFile[]> {
  // both are to be had before the first wait alone
  const all = [...items].filter(({ kind }) => kind === 'file');
  const found = all.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const files = found.map(async ({ entry, file }): Promise<GivenFile[]> => {
    if (entry) return filesIn(entry, '');
    return file ? [{ path: file.name, file }] : [];
  });
  return (await Promise.all(files)).flat();
}

async function filesIn(entry: FileSystemEntry, folder: string): Promise<GivenFile[]> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: GivenFile[] = [];
  // a folder's entries come some at a time, until none come
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return files;
    for (const each of some) files.push(...(await filesIn(each, `${path}/`)));
  }
}

/** All files that an input has; those of a folder have their paths in it. */
export const chosen = ({ files }: HTMLInputElement): GivenFile[] =>
  [...(files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
