/**
 * The factor for the duration of random tests: the environment variable BE_HOOK_BUDGET, or 1.
 * `npm run torture` sets it to 4.
 */
export function budget(): number {
  const text = process.env['BE_HOOK_BUDGET'] ?? '';
  const factor = text === '' ? 1 : Number(text);
  if (!(factor > 0 && factor < Infinity)) throw new Error(`BE_HOOK_BUDGET is no positive number: ${text}`);
  return factor;
}

/** The number of cases for the budget of this run, at least 1. */
export function cases(usual: number): number {
  return Math.max(1, Math.ceil(usual * budget()));
}

/** The limits of fast-check: it stops at the first one. A failure prints how to repeat it. */
export function limits(usual: { readonly seconds: number; readonly runs: number }): {
  readonly numRuns: number;
  readonly interruptAfterTimeLimit: number;
} {
  return { numRuns: cases(usual.runs), interruptAfterTimeLimit: usual.seconds * budget() * 1000 };
}
