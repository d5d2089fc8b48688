// The commands of a sweep under the queues that they are made for: GNU parallel and Slurm.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { spawn, spawnSync } from '../../processes.js';
import { mixgrad } from '../programs.js';
import { foldersOf, locksOf, metricsOf, reaches, runAll, small, write } from './sweeps.js';

const root = t.testdir({});
const folder = (name: string) => join(root, name);
const long = [...small, '--steps', '30', '--save-every', '5', '--seed', '1..2'];

/** `mixgrad` as a command. */
const bin = folder('bin');
mkdirSync(bin);
writeFileSync(join(bin, 'mixgrad'), `#!/bin/sh\nexec '${process.execPath}' '${mixgrad}' "$@"\n`);
chmodSync(join(bin, 'mixgrad'), 0o755);
const env = { ...process.env, PATH: `${bin}:${process.env.PATH}:/usr/sbin` };

/** Why a program cannot be used here; false where it can. */
function lacks(...programs: string[]): string | false {
  const missing = programs.filter(
    (program) => spawnSync('sh', ['-c', `command -v ${program}`], { env }).status !== 0,
  );
  return (
    missing.length > 0 &&
    `${missing.join(', ')} cannot be found; Debian's packages are parallel and slurm-wlm`
  );
}

const whole = folder('whole');
t.before(() => {
  write(whole, ...long);
  t.equal(runAll(whole, '--jobs', '2').code, 0);
});

t.test(
  'GNU parallel runs the commands, and again those that failed',
  { skip: lacks('parallel') },
  async (t) => {
    const sweep = folder('by parallel');
    const { stdout: commands } = write(sweep, ...long);
    const log = folder('joblog');
    const args = ['--will-cite', '--sshlogin', ':', '--jobs', '2', '--joblog', log, '--resume-failed'];
    // Through --sshlogin a command has the environment of a login.
    const parallel = () =>
      spawn('parallel', [...args, '--env', 'PATH'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const jobs = () =>
      readFileSync(log, 'utf8')
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t'))
        .map(([job, , , , , , code]) => `${job} ${code}`);

    const first = parallel();
    first.stdin.end(commands);
    const [killed] = foldersOf(sweep);
    await reaches(killed, 7);
    process.kill(locksOf(killed)[0], 'SIGKILL');
    t.equal(await codeOf(first), 1, 'one job failed');
    t.same(jobs().sort(), ['1 1', '2 0']);

    const second = parallel();
    second.stdin.end(commands);
    t.equal(await codeOf(second), 0);
    t.same(jobs().at(-1), '1 0', 'only the first was run again');
    t.equal(jobs().filter((job) => job.startsWith('2')).length, 1);
    t.same(metricsOf(sweep), metricsOf(whole));
  },
);

const needed = ['munged', 'slurmctld', 'slurmd', 'sbatch'];
const isRoot = process.getuid?.() === 0;
const skip = lacks(...needed) || (!isRoot && 'slurmd starts jobs for users, and so needs root');

t.test('a Slurm array that was cancelled and is submitted again runs all of it', { skip }, async (t) => {
  const sweep = folder('by Slurm');
  write(sweep, ...long);
  const [first] = foldersOf(sweep);
  const script = `set -e
    job=$(sbatch --parsable --array=1-2 --output="$OUT-1-%a.txt" --wrap="$COMMAND")
    until [ -e "$FIRST/metrics.jsonl" ] && [ "$(wc -l <"$FIRST/metrics.jsonl")" -ge 7 ]; do sleep 0.1; done
    scancel "$job"
    while [ -n "$(squeue --noheader)" ]; do sleep 0.2; done
    ls "$FIRST" | grep -c lock- || true
    sbatch --wait --array=1-2 --output="$OUT-2-%a.txt" --wrap="$COMMAND" >&2`;
  const ended = spawnSync('test/models/sweep/slurm.sh', ['bash', '-c', script], {
    env: {
      ...env,
      FIRST: first,
      OUT: folder('slurm'),
      // The job is the sweep itself, not a shell that ends before it.
      COMMAND: `exec mixgrad sweep run '${sweep}' --index $SLURM_ARRAY_TASK_ID --threads 1`,
    },
    encoding: 'utf8',
  });
  t.equal(ended.status, 0, ended.stderr);
  t.equal(ended.stdout, '0\n', 'what was cancelled left no lock');
  const said = (name: string) => readFileSync(folder(`slurm-${name}.txt`), 'utf8');
  t.match(said('1-1'), /^1_seed-1: starts\n(slurm.*\n)?1_seed-1: interrupted with code 1(29|43) after/);
  t.match(said('2-1'), /^1_seed-1: goes on\n1_seed-1: finished with code 0/);
  t.same(metricsOf(sweep), metricsOf(whole));
});

async function codeOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  child.stdout?.resume();
  child.stderr?.pipe(process.stderr);
  return new Promise((resolve) => child.on('close', resolve));
}
