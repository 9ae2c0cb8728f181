/** The median of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [below = Number.NaN, above = Number.NaN] = sorted.slice(Math.max(0, middle - 1), middle + 1);
  return sorted.length % 2 === 0 ? (below + above) / 2 : (sorted[middle] ?? Number.NaN);
}

/** The median absolute deviation of the numbers. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/** A median and its deviation, in whole numbers. */
export function show(values: readonly number[]): string {
  return `${median(values).toFixed(0)} ± ${spread(values).toFixed(0)}`;
}
