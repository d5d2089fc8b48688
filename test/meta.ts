// Compares the names of operations with the names that golden, gradient and parity checks carry.

/** The kinds of check that an operation needs. */
export const checkKinds = ['golden', 'gradient', 'parity'] as const;
export type CheckKind = (typeof checkKinds)[number];

/** For each kind of check, the names of the operations that have it. */
export type Checked = Record<CheckKind, ReadonlySet<string>>;

/** Operations that need no check of some kind, with the reason. */
export type Exempt = Record<string, Partial<Record<CheckKind, string>>>;

/** One line for each check that is missing, and for each exemption that nothing needs. */
export function missingChecks(ops: readonly string[], checked: Checked, exempt: Exempt): string[] {
  const missing = ops.flatMap((op) =>
    checkKinds
      .filter((kind) => !checked[kind].has(op) && !exempt[op]?.[kind])
      .map((kind) => `${op} has no ${kind} check`),
  );
  const idle = Object.entries(exempt).flatMap(([op, kinds]) =>
    (Object.keys(kinds) as CheckKind[])
      .filter((kind) => !ops.includes(op) || checked[kind].has(op))
      .map((kind) => `${op} needs no exemption from the ${kind} check`),
  );
  return [...missing, ...idle];
}

/** The names that a source passes to a function as its first argument, comments left out. */
export function namesPassedTo(fn: string, source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(new RegExp(`^${fn}\\(\\s*'(\\w+)'`, 'gm'))].map(([, name]) => name);
}
