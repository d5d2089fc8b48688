// Child processes start as a user's do. tap lets every process of a test begin with an import hook, which takes longer than
// all that a short program does; its wrapper around `spawn` is taken off.
const wrapped = Symbol.for('process-on-spawn@*:singletonId');
(globalThis as { [wrapped]?: { unwrap(): void } })[wrapped]?.unwrap();
delete process.env.NODE_OPTIONS;

export * from 'node:child_process';
