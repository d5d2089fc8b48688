// How numbers are shortened for metrics.jsonl.

/** A number with so many significant digits. */
export function toDigits(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}

/** Numbers in rising order, all rounded alike: the range from first to last has so many digits. */
export function toDigitsOfRange(values: readonly number[], digits: number): number[] {
  const range = values[values.length - 1] - values[0];
  const decimals = digits - 1 - Math.floor(Math.log10(range));
  const power = Number(`1e${Math.abs(decimals)}`);
  return values.map((value) =>
    decimals > 0 ? Math.round(value * power) / power : Math.round(value / power) * power,
  );
}
