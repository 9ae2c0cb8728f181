/** One system call of a traced program: the how manieth of its name, counted from 1, as strace's `when=` counts them. */
export interface CallPoint {
  readonly call: string;
  readonly nth: number;
  /** What strace wrote of it. */
  readonly line: string;
}

/** The calls in what `strace -o` wrote, in their order. */
export function readSystemCalls(log: string): readonly CallPoint[] {
  const counts = new Map<string, number>();
  return log
    .split('\n')
    .filter((line) => /^\w+\(/.test(line))
    .map((line) => {
      const call = line.slice(0, line.indexOf('('));
      const nth = (counts.get(call) ?? 0) + 1;
      counts.set(call, nth);
      return { call, nth, line };
    });
}
