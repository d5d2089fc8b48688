// What is kept of a session in files: its weights, all that its next updates depend on, and its network as ONNX.
import {
  DataError,
  defaultRandom,
  exportOnnx,
  loadCheckpoint,
  loadSafetensors,
  OptionError,
  saveCheckpoint,
} from '../../lib/index.js';
import { checksum } from '../../lib/io/checksum.js';
import { networks } from '../networks/index.js';
import type { RunData } from '../run/data.js';
import { saveNetwork } from '../train/network.js';
import type { Experiment, Session } from './session.js';

/** The kinds of files, and what their names end with. */
const endings = { weights: '.safetensors', state: '-state.safetensors', onnx: '.onnx' } as const;
export type Kept = keyof typeof endings;

/** A file to keep, and a name for it: `cifar-cnn-mn-update120.onnx`. */
export interface KeptFile {
  name: string;
  bytes: Uint8Array;
}

/** Where a session stood, and what it was a session of. */
interface Position {
  settings: Partial<Experiment>;
  /** Checksum of the images and labels. */
  data: string;
  step: number;
}

const makers: Record<Kept, (session: Session) => Promise<Uint8Array>> = {
  weights: ({ network, experiment }) => saveNetwork(network, experiment),
  state: (session) => saveCheckpoint(partsOf(session), { ...positionOf(session) }),
  onnx: ({ network, experiment }) => exportOnnx(network, { input: [1, ...networks[experiment.model].input] }),
};

/** Makes a file of a session. @throws OptionError where ONNX has nothing for an operation of the network */
export async function keep(session: Session, kind: Kept): Promise<KeptFile> {
  const { step, experiment } = session;
  const bytes = await makers[kind](session);
  return { name: `${experiment.model}-${experiment.norm}-update${step}${endings[kind]}`, bytes };
}

/**
 * Takes over a file of weights, or of all of a session's state: then it goes on as the one that was saved, bit for bit.
 * Nothing changes unless all of it fits.
 * @throws DataError, OptionError, ShapeError saying what is damaged, or does not fit
 */
export async function takeOver(session: Session, bytes: Uint8Array): Promise<'weights' | 'state'> {
  const { state, metadata } = loadSafetensors(bytes);
  if (metadata.checkpoint === undefined) {
    session.network.loadStateDict(state);
    return 'weights';
  }
  const position = (await loadCheckpoint(bytes, {})) as unknown as Position;
  checkPosition(position, positionOf(session));
  await loadCheckpoint(bytes, partsOf(session));
  session.goTo(position.step);
  return 'state';
}

/** @throws OptionError unless a state is one of the same experiment with the same images */
function checkPosition(there: Position, here: Position): void {
  if (!Number.isSafeInteger(there.step) || there.step < 0 || !there.settings)
    throw new DataError(
      'the state has no number of updates and no settings, expected a state that this page saved',
    );
  for (const [name, value] of Object.entries(here.settings)) {
    const [saved, own] = [there.settings[name as keyof Experiment], value].map((one) => JSON.stringify(one));
    if (saved === own) continue;
    throw new OptionError(`the state is of an experiment with ${name} ${saved}, this one has ${own}`);
  }
  if (there.data !== here.data)
    throw new OptionError(
      'the state is of other images or labels than those that this experiment learns from',
    );
}

/** The rate may change while an experiment runs: it is a part of the optimizer's state. */
function positionOf({ experiment, data, step }: Session): Position {
  const { lr: _, ...settings } = experiment;
  return { settings, data: checksumOf(data), step };
}

function checksumOf({ train, test }: RunData): string {
  return checksum([train, test].flatMap(({ images, labels }) => [images, labels]));
}

const partsOf = ({ network, optimizer }: Session) => ({ model: network, optimizer, random: defaultRandom() });
