/**
 * Keeps V8 from optimizing functions. It would do so in other threads, which take a third of the processor time of a sync
 * of 50 boot environments. The process ends before the faster code repays that.
 */
export async function skipOptimization(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--no-opt');
}
