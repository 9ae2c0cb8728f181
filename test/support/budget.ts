/**
 * How much longer than usual the random tests go on: the number in the environment variable BE_HOOK_BUDGET, or 1.
 * `npm run torture` sets it to 4.
 */
export function budget(): number {
  const text = process.env['BE_HOOK_BUDGET'] ?? '';
  const factor = text === '' ? 1 : Number(text);
  if (!(factor > 0 && factor < Infinity)) throw new Error(`BE_HOOK_BUDGET is no positive number: ${text}`);
  return factor;
}

/** A number of cases, at least one, with the budget of this run. */
export function cases(usual: number): number {
  return Math.max(1, Math.ceil(usual * budget()));
}

/** How long fast-check goes on: until one of both is used up. A failure says how to repeat it. */
export function limits(usual: { readonly seconds: number; readonly runs: number }): {
  readonly numRuns: number;
  readonly interruptAfterTimeLimit: number;
} {
  return { numRuns: cases(usual.runs), interruptAfterTimeLimit: usual.seconds * budget() * 1000 };
}
