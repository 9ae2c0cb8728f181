import { constants } from 'node:os';

/** The signals that nohup(1) and shells make a program ignore: the hangup, and the signals that keys send. */
const candidates = ['SIGHUP', 'SIGINT', 'SIGQUIT'] as const;

/** Reads the mask of a `SigIgn:` line (proc_pid_status(5)): hexadecimal, bit 0 is signal 1. */
export function parseIgnored(mask: string): readonly NodeJS.Signals[] {
  if (!/^[0-9a-f]{1,16}$/i.test(mask)) return [];
  const bits = BigInt(`0x${mask}`);
  return candidates.filter((name) => (bits & (1n << BigInt(constants.signals[name] - 1))) !== 0n);
}

/**
 * The signals that the caller of be-hook had set to be ignored. Node resets them when it starts (src/node.cc, "Restore
 * signal dispositions"), and again in every program that it starts (libuv, uv_spawn). So the script of the command
 * `be-hook` passes them in a variable.
 */
export const ignoredSignals: readonly NodeJS.Signals[] = parseIgnored(process.env['BE_HOOK_IGNORED'] ?? '');

/** Ignores these signals in this process from now on. */
export function keepIgnoring(): void {
  for (const signal of ignoredSignals) process.on(signal, () => undefined);
}

/** The program and arguments that start a program so that it ignores these signals too. */
export function ignoringToo(
  program: string,
  args: readonly string[],
  signals: readonly NodeJS.Signals[] = ignoredSignals,
): readonly [string, readonly string[]] {
  if (signals.length === 0) return [program, args];
  const names = signals.map((signal) => signal.slice('SIG'.length)).join(' ');
  return ['sh', ['-c', `trap '' ${names}; exec "$@"`, 'sh', program, ...args]];
}
