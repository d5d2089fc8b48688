// What differs between Node and a page: Node's own modules, or null.
export const inNode = typeof process !== 'undefined' && !!process.versions?.node;
export const fs = inNode ? await import('node:fs') : null;
export const v8 = inNode ? await import('node:v8') : null;
