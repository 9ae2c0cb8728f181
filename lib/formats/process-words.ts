import { visible } from '../model/visible.ts';

/**
 * The command line of a process, in at most 150 characters, from /proc/PID/cmdline. It leaves out the folders of
 * programs, and the interpreter.
 */
export function parseProcessWords(text: string): string {
  const [first = '', ...rest] = text.split('\0').filter((word) => word !== '');
  const shownArgs = /(^|\/)(platform-)?python[0-9.]*$/.test(first)
    ? rest.filter((word, index) => index > 0 || word !== '-s')
    : [first, ...rest];
  const [program = '', ...args] = shownArgs;
  const shown = visible([program.replace(/^.*\//, ''), ...args].join(' ').trim());
  return shown.length > 150 ? `${shown.slice(0, 149)}…` : shown;
}

/** The time when a process started, in clock ticks since the machine started, from /proc/PID/stat. */
export function parseStartTime(text: string): string | undefined {
  // The name of the program stands between parentheses, and may have any character in it (proc_pid_stat(5)).
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}
