/** Thrown by {@link skip}; the runner counts a test that throws it as skipped, with its message as the reason. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}

/**
 * Skips the running test (or, from a `before` hook, its whole suite), because it cannot run on this machine.
 * The reason names the missing tool or permission. On CI the runner counts a skip as a failure.
 */
export function skip(reason: string): never {
  throw new Skipped(reason);
}
