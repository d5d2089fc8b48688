// A worker thread of the wasm device: joins the team and serves until it is ended.
import { accept, sayReady } from '../../platform.js';
import { type Engine, Member } from './pool.js';

const { module, memory, control, thread } = await accept();
const engine = new WebAssembly.Instance(module, { env: { memory } }).exports as Engine;
const member = new Member(engine, control, thread);
sayReady();
member.serve();
