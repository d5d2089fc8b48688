// A worker thread of the wasm device: joins the team and serves until the process ends.
import { workerData } from 'node:worker_threads';
import { type Engine, type Invitation, Member } from './team.js';

const { module, memory, control, thread } = workerData as Invitation;
const engine = new WebAssembly.Instance(module, { env: { memory } }).exports as Engine;
new Member(engine, control, thread).serve();
