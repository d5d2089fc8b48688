// What differs between Node and a page: Node's own modules, or null.
type Files = Pick<typeof import('node:fs'), 'readFileSync' | 'existsSync'>;
type Flags = Pick<typeof import('node:v8'), 'setFlagsFromString'>;
type Threads = Pick<typeof import('node:worker_threads'), 'Worker'>;

const inNode = typeof process !== 'undefined' && !!process.versions?.node;

export const fs: Files | null = inNode ? await import('node:fs') : null;
export const v8: Flags | null = inNode ? await import('node:v8') : null;
export const workerThreads: Threads | null = inNode ? await import('node:worker_threads') : null;

/** Cores this process may use. */
export const cores = inNode ? (await import('node:os')).availableParallelism() : 1;
