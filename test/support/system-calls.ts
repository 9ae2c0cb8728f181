/** One system call of a traced program, with its number among the calls of the same name, from 1, as in `when=` of strace. */
export interface CallPoint {
  readonly call: string;
  readonly nth: number;
  /** The line of strace. */
  readonly line: string;
}

/** The calls in the output of `strace -o`, in order. */
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
