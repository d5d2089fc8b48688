// A run: all that takes part in it, and where it stands.
import type { Saved } from '../run/checkpoint.js';
import type { RunData } from '../run/data.js';
import type { Progress } from '../run/progress.js';
import type { Settings } from './settings.js';
import type { Learner } from './update.js';

/** All that takes part in a run. */
export interface Run extends Learner, Saved {
  settings: Settings;
  data: RunData;
  progress: Progress;
}
