import type { Answer } from '../command.ts';
import { beadm } from './beadm.ts';
import { bectl } from './bectl.ts';

/** be-hook as another tool: reads a command line, and throws nothing that it can tell in that tool's way. */
export type Dialect = (argv: readonly string[]) => Promise<Answer>;

/**
 * The tool that be-hook is called as, if it is another: by the name of the link that leads to the program. The installed
 * command is a script, which starts the program by its own name and tells in node's --title what it was called itself.
 */
export function findDialect(): Dialect | undefined {
  const names = [process.argv[1] ?? '', process.title].map((path) => /([^/]*?)(?:\.cjs)?$/.exec(path)?.[1]);
  if (names.includes('beadm')) return beadm;
  return names.includes('bectl') ? bectl : undefined;
}
