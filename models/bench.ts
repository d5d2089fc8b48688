// What `npm run bench` starts: `mixgrad bench`.
import { main } from './cli.js';

await main(['bench', ...process.argv.slice(2)]);
