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

/** How far the number of a `write` can move between two runs, because Node's threads wake each other with the same call. */
const drift = 4;

/**
 * The calls in the output of `strace -y` at which a kill can leave a different state than at the call before. Those are
 * the calls that change a file or start a program, and the call after the start of a program, which then runs alone.
 */
export function decisiveCalls(points: readonly CallPoint[]): readonly CallPoint[] {
  const writes = points.filter(({ call, line }) => call === 'write' && isChange({ call, line })).map(({ nth }) => nth);
  return points.filter(({ call, nth, line }, index) => {
    if (startsProgram(points[index - 1]?.call ?? '')) return true;
    if (call === 'write') return writes.some((write) => Math.abs(write - nth) <= drift);
    return isChange({ call, line });
  });
}

function startsProgram(call: string): boolean {
  return /^(clone3?|vfork)$/.test(call);
}

function isChange({ call, line }: Pick<CallPoint, 'call' | 'line'>): boolean {
  if (call === 'openat') return /O_CREAT|O_TRUNC|O_WRONLY|O_RDWR/.test(line);
  return call !== 'write' || !/^write\(\d+<(pipe|socket|anon_inode):/.test(line);
}
