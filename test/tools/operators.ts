// Prints docs/operators.md as it should be.
import { operatorsPage } from '../ops/page.js';

process.stdout.write(await operatorsPage());
