/** A test or hook as uvu stores it: called with the suite's state. */
export type Handler = (state: object) => unknown;

/** The data that uvu collects for one suite between `suite()` and `.run()`. The field names are from uvu 0.5. */
export interface SuiteContext {
  tests: { name: string; handler: Handler }[];
  only: { name: string; handler: Handler }[];
  skips: number;
  before: Handler[];
  after: Handler[];
  bEach: Handler[];
  aEach: Handler[];
  state: Record<string, unknown>;
}

/** A suite that `.run()` queued. */
export interface CollectedSuite {
  name: string;
  context: SuiteContext;
}

declare global {
  var UVU_DEFER: number | undefined;
  var UVU_QUEUE: unknown[][] | undefined;
}

function isSuiteContext(value: unknown): value is SuiteContext {
  return typeof value === 'object' && value !== null && 'tests' in value && 'bEach' in value && 'aEach' in value;
}

/**
 * Loads a test file and returns the suites that it queued, without running them.
 *
 * uvu's own runner returns from a `finally` block and therefore loses the errors of hooks (lukeed/uvu #60, #191, #201).
 * This runner runs the tests itself. With UVU_DEFER uvu only queues `runner.bind(0, context, name)`. The context is
 * accessible only in that call, so this function wraps `bind` while the file loads. If another version of uvu queues in
 * another way, the two counts differ and the file fails instead of passing without a test.
 */
export async function collectSuites(load: () => Promise<unknown>): Promise<CollectedSuite[]> {
  const collected: CollectedSuite[] = [];
  const queue: unknown[] = [];
  globalThis.UVU_DEFER = 1;
  globalThis.UVU_QUEUE = [queue];

  const bind = Object.getOwnPropertyDescriptor(Function.prototype, 'bind') as PropertyDescriptor;
  const original = bind.value as (...args: unknown[]) => unknown;
  function watchingBind(this: unknown, ...args: unknown[]): unknown {
    const [, context, name] = args;
    if (isSuiteContext(context)) collected.push({ name: String(name), context });
    return Reflect.apply(original, this, args);
  }
  Object.defineProperty(Function.prototype, 'bind', { ...bind, value: watchingBind });
  try {
    await load();
  } finally {
    Object.defineProperty(Function.prototype, 'bind', bind);
  }

  if (queue.length !== collected.length) {
    throw new Error(`uvu queued ${queue.length} suites, the runner saw ${collected.length}: has uvu changed?`);
  }
  return collected;
}
