import type { CommandName, Run } from './command.ts';

/**
 * Loads the code of one command. In the built program each import() here is one file, so that be-hook loads only the
 * file that the command needs. Load it at once, not later: a package manager may replace the files meanwhile.
 */
export async function loadRun(name: CommandName): Promise<Run> {
  if (name === 'check' || name === 'menu' || name === 'status' || name === 'sync')
    return (await import('./run/menu.ts')).runs[name];
  if (name === 'history' || name === 'list') return (await import('./run/list.ts')).runs[name];
  return (await import('./run/all.ts')).runs[name];
}
