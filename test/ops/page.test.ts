// docs/operators.md is what the table of operators says.
import { readFileSync } from 'node:fs';
import t from 'tap';
import { operatorsPage } from './page.js';

t.test(
  'docs/operators.md is up to date; npm run --silent operators > docs/operators.md makes it so',
  async (t) => {
    t.equal(readFileSync('docs/operators.md', 'utf8'), await operatorsPage());
  },
);
