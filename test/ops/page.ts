// docs/operators.md, made from the table of operators: what each is checked by, and where it runs natively.
import { basename } from 'node:path';
import { natives } from '../../kernels/devices/wasm/natives.js';
import { type Device, openDevice, sum, Tensor } from '../../lib/index.js';
import { readFixtures } from '../golden/fixtures.js';
import { nodesOf, whyNot } from '../io/onnx/operators.js';
import { allCases, type OpName, rows } from './cases.js';
import { leaves, type Row } from './row.js';

const head = `# Operators

Every function of tensors that \`lib/ops\` exports, as the tests know it: [test/ops/cases.ts](../test/ops/cases.ts) has one row
for each, and the checks are loops over the rows. \`npm run operators\` prints this page; a test fails where it is out of date.

* **Method**: whether \`x.name(…)\` is \`name(x, …)\`.
* **Gradient**: compared with central differences, in float64.
* **Second gradient**: what \`backward({ createGraph: true })\` does. "Yes" is compared with central differences of the gradient.
  Where a rule is a fused kernel, the operation that has it refuses by a TapeError.
* **Cases** run on every device, forward and backward, and agree with the reference device.
* **Golden values**: files of [test/fixtures](../test/fixtures/README.md), with the number of cases.
* **wasm**: whether all kernels that the cases call are native in the engine, or which fall back to their bodies in JavaScript.
* **ONNX**: the nodes that \`exportOnnx\` makes of the case that needs the fewest, or why there are none. A norm by the batch's own
  statistics is refused.
`;

/** A device that notes the names of the kernels it runs. */
function watching(device: Device, names: Set<string>): Device {
  return {
    ...device,
    run(kernel, inputs, plan) {
      names.add(kernel.name);
      return device.run(kernel, inputs, plan);
    },
  };
}

/** The kernels that a row's cases call on the reference device, forward and backward. */
function kernelsOf(row: Row, reference: Device): Set<string> {
  const names = new Set<string>();
  const device = watching(reference, names);
  for (const [title, entry] of Object.entries(allCases(row))) {
    const out = entry.fn(...leaves(title, entry, device));
    if (out.requiresGrad) sum(out).backward();
  }
  return names;
}

function native(row: Row, reference: Device): string {
  const others = [...kernelsOf(row, reference)].filter((name) => !(name in natives));
  return others.length > 0 ? `falls back: ${others.join(', ')}` : 'native';
}

function seconds({ cases, second }: Row): string {
  if (typeof second === 'object' && 'without' in second) return '–';
  const entries = Object.entries(cases).map(([title, entry]) => [title, entry.second ?? second] as const);
  const fused = new Set(entries.flatMap(([, found]) => (found === 'operations' ? [] : [found.refusedBy])));
  if (fused.size === 0) return 'yes';
  const yes = entries.flatMap(([title, found]) => (found === 'operations' ? [`*${title}*`] : []));
  const refused = `no: a rule of ${[...fused].map((op) => `\`${op}\``).join(', ')} is fused`;
  return yes.length === 0 ? refused : `${refused}; but for ${yes.join(' and for ')}`;
}

function goldenFiles(op: string, row: Row): string {
  if (typeof row.golden === 'object') return `none: ${row.golden.without}`;
  const counts = new Map<string, number>();
  for (const { file } of readFixtures('test/fixtures').filter((golden) => golden.op === op)) {
    counts.set(basename(file), (counts.get(basename(file)) ?? 0) + 1);
  }
  return [...counts].map(([file, count]) => `${file} ${count}`).join(', ');
}

/** So many nodes are not listed. */
const MANY = 6;

async function inFiles(op: OpName, row: Row): Promise<string> {
  const why = whyNot(op, row);
  if (why) return `no: ${why}`;
  const nodes = await nodesOf(op, row);
  return `yes: ${nodes.length > MANY ? `${nodes.length} nodes` : nodes.join(', ')}`;
}

/** The page as it should be. */
export async function operatorsPage(): Promise<string> {
  const reference = await openDevice('reference');
  const columns = [
    'Operator',
    'Method',
    'Gradient',
    'Second gradient',
    'Cases',
    'Golden values',
    'wasm',
    'ONNX',
  ];
  const lines = rows.map(async ([op, row]) => [
    `\`${op}\``,
    op in Tensor.prototype ? 'yes' : '–',
    row.gradient ? `none: ${row.gradient.without}` : 'yes',
    seconds(row),
    `${Object.keys(allCases(row)).length}`,
    goldenFiles(op, row),
    native(row, reference),
    await inFiles(op, row),
  ]);
  const table = [columns, columns.map(() => '---'), ...(await Promise.all(lines))].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return `${head}\n${table.join('\n')}\n`;
}
