import type { CommandResult } from '../command.ts';

/**
 * be-hook as another tool. It reads a command line. It throws only errors that it cannot report in the way of that
 * tool.
 */
export type Dialect = (argv: readonly string[]) => Promise<CommandResult>;

/**
 * The tool that be-hook imitates, if any. The name of the link to the program decides. The installed command is a
 * script. It starts the program under the program's own name, and passes the name of the link in node's --title.
 */
export function findDialect(): Dialect | undefined {
  const names = [process.argv[1] ?? '', process.title].map((path) => /([^/]*?)(?:\.cjs)?$/.exec(path)?.[1]);
  const name = (['beadm', 'bectl'] as const).find((candidate) => names.includes(candidate));
  return name && (async (argv) => (await import('../run/all.ts')).dialects[name](argv));
}
