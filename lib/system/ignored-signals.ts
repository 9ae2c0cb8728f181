import { constants } from 'node:os';

/** The signals that nohup(1) and shells make a program ignore: a hangup, and what is typed at a terminal. */
const candidates = ['SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/** Reads the mask of a `SigIgn:` line (proc_pid_status(5)): hexadecimal, bit 0 is signal 1. */
export function parseIgnored(mask: string): readonly NodeJS.Signals[] {
  if (!/^[0-9a-f]{1,16}$/i.test(mask)) return [];
  const bits = BigInt(`0x${mask}`);
  return candidates.filter((name) => (bits & (1n << BigInt(constants.signals[name] - 1))) !== 0n);
}

/**
 * The signals that be-hook was started to ignore. Node resets them when it starts (src/node.cc, "Restore signal
 * dispositions") and again in every program that it starts (libuv, uv_spawn), so the command's script hands them over.
 */
export const ignoredSignals: readonly NodeJS.Signals[] = parseIgnored(process.env['BE_HOOK_IGNORED'] ?? '');

/** From now on these signals do not end this process. */
export function keepIgnoring(): void {
  for (const signal of ignoredSignals) process.on(signal, () => undefined);
}

/** The program and its arguments, started so that it ignores these signals as well. */
export function ignoringToo(
  program: string,
  args: readonly string[],
  signals: readonly NodeJS.Signals[] = ignoredSignals,
): readonly [string, readonly string[]] {
  if (signals.length === 0) return [program, args];
  const names = signals.map((signal) => signal.slice('SIG'.length)).join(' ');
  return ['sh', ['-c', `trap '' ${names}; exec "$@"`, 'sh', program, ...args]];
}
