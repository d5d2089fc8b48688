// report.html of a sweep: the arms side by side, in one file that needs no network.
import { type Html, html } from '../../report/draw/html.js';
import { page } from '../../report/page.js';
import { facts, section } from '../../report/section.js';
import { writeWhole } from '../../run/whole-file.js';
import type { Collected, Comparison } from '../collected.js';
import { fitting } from '../thin.js';
import { pairedIn, points } from '../words.js';
import { checkboxes } from './arms.js';
import { curvesSection, descentSection, layersSection } from './curves.js';
import { armsSection, bestSection, differencesSection, runsSection, targetsSection } from './tables.js';

/** Comparisons that one sentence can have. */
const SAID = 3;

/** Writes the report of a sweep, its curves with as many points as let it fit. @throws FileError */
export function writeSweepReport(collected: Collected, path: string): void {
  writeWhole(path, fitting(collected, pageOf));
}

function pageOf(collected: Collected): string {
  const { arms, settings, command } = collected;
  const body = html`<p class="result">${resultOf(collected)}</p>
<p class="about"><code>${command}</code></p>
${checkboxes(arms)}
${curvesSection(collected)}
${armsSection(collected)}
${differencesSection(collected)}
${targetsSection(collected)}
${bestSection(collected)}
${layersSection(collected)}
${descentSection(collected)}
${runsSection(collected)}
${section('Settings', 'What all runs share.', facts(settings))}`;
  return page(titleOf(collected), body);
}

function titleOf({ settings, arms }: Collected): string {
  const what = [settings.model, settings.dataset].filter((name) => typeof name === 'string').join(' on ');
  return `${what || 'Sweep'}: ${arms.length === 1 ? 'one arm' : `${arms.length} arms`}`;
}

/** What came of the sweep, in a sentence. */
function resultOf({ comparisons, baseline, runs }: Collected): Html {
  const finished = runs.filter(({ status }) => status === 'finished').length;
  const count = html`${finished} of ${runs.length} runs finished`;
  const by = comparisons.some(({ final }) => final.precise.median !== null) ? 'precise' : 'running';
  const known = comparisons.filter(({ final }) => final[by].median !== null);
  if (known.length === 0) return html`${count}; there is nothing yet to compare.`;
  const what = `Final accuracy by ${by} statistics, beside ${baseline} with the same seed`;
  if (known.length > SAID) return html`${what}: ${counted(known, by)} (${count}).`;
  const each = known.map(
    ({ arm, final }, i) => html`${i > 0 ? '; ' : ''}${arm} <b>${pairedIn(final[by], points)}</b> points`,
  );
  return html`${what}: ${each} (${count}).`;
}

/** How many arms lie above the baseline, below it, or where one cannot tell. */
function counted(comparisons: readonly Comparison[], by: 'precise' | 'running'): string {
  const signs = comparisons.map(({ final }) => {
    const [low, high] = (final[by].interval ?? [0, 0]).map(Number);
    if (low > 0) return 'above';
    return high < 0 ? 'below' : 'open';
  });
  const count = (sign: string) => signs.filter((one) => one === sign).length;
  return `of ${comparisons.length} arms ${count('above')} lie above, ${count('below')} below, and ${count('open')} cannot be told apart from it`;
}
