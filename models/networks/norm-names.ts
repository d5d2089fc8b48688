// The norms by name, apart from what makes them: a form needs no more.

/** Batch, mixture, ghost batch, mode, layer, group and instance normalization, and nothing in its place. */
export const normNames = ['bn', 'mn', 'ghost', 'mode', 'layer', 'group', 'instance', 'none'] as const;
export type NormName = (typeof normNames)[number];

/** The samples in a part of a batch where nothing else is said of ghost batch normalization. */
export const GHOST_SIZE = 8;
