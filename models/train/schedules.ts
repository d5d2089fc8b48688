// Learning rate schedules: the share of the base rate at each step of a run.

/** A share of the base rate, 0 … 1, for step 0 … total − 1. */
export type Schedule = (step: number, total: number) => number;

/** Share of the run in which the cosine schedule warms up. */
const WARM_UP = 0.1;

/** The schedules by name, as --schedule gives it. */
export const schedules = {
  /** The base rate all along. */
  constant: () => 1,
  /** Rises in a line over the first tenth of the run, then falls to 0 along half a cosine. */
  cosine: (step, total) => {
    const warmUp = Math.ceil(WARM_UP * total);
    if (step < warmUp) return (step + 1) / warmUp;
    return (1 + Math.cos((Math.PI * (step - warmUp)) / (total - warmUp))) / 2;
  },
  /** A tenth from half of the run on, a hundredth from three quarters on. */
  step: (step, total) => 0.1 ** (Number(step >= total / 2) + Number(step >= 0.75 * total)),
} satisfies Record<string, Schedule>;

export type ScheduleName = keyof typeof schedules;
export const scheduleNames = Object.keys(schedules) as ScheduleName[];
