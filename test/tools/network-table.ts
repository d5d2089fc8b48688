// Prints the table of networks that were trained for an epoch: node dist/test/tools/network-table.js [FOLDER]
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readRecorded } from '../../models/run/recorded.js';
import { mean } from '../../models/study/summary.js';

/** Updates whose losses are averaged, at the beginning and at the end. */
const SOME = 50;

/** A row for each run in a folder: losses at both ends, and the last evaluation. */
export function networkTable(folder: string): string {
  const lines = [
    '| network | norm | rate | parameters | batch | updates | training loss, first 50 | last 50 | test accuracy, running | precise |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const name of readdirSync(folder).toSorted()) {
    const config = JSON.parse(readFileSync(join(folder, name, 'config.json'), 'utf8'));
    const { metrics } = readRecorded(join(folder, name, 'metrics.jsonl'));
    const losses = metrics.flatMap((metric) => (metric.kind === 'train' ? metric.loss : []));
    const evaluations = metrics.filter((metric) => metric.kind === 'eval');
    const last = (by: string) => evaluations.filter(({ statistics }) => statistics === by).at(-1);
    const percent = (by: string) => {
      const score = last(by);
      return score ? `${(100 * score.accuracy).toFixed(1)} %` : '–';
    };
    const network = `\`${config.model}${config.width ? ` --width ${config.width}` : ''}\``;
    const { gradient, scale } = config;
    const through = gradient === 'detached' ? '' : `, gradient ${gradient}`;
    const norm = config.norm === 'mn' ? `mn, scale ${scale}${through}` : config.norm;
    const [first, end] = [losses.slice(0, SOME), losses.slice(-SOME)].map((some) => mean(some).toFixed(2));
    const updates =
      losses.length === config.totalSteps ? losses.length : `${losses.length} of ${config.totalSteps}`;
    const count = config.parameters.toLocaleString('en');
    lines.push(
      `| ${[network, norm, config.lr, count, config.batchSize, updates, first, end, percent('running'), percent('precise')].join(' | ')} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  process.stdout.write(networkTable(process.argv[2] ?? 'docs/results/data/networks'));
