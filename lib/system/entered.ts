import { readText, stat } from './files.ts';

/** The marker file of `be-hook exec`. A command that finds it runs inside the environment that the file names. */
export const enteredMarkerFile = '/run/be-hook/entered';

/** The variable that holds the same name, for scripts, and for environments in which the file is missing. */
export const enteredVariable = 'BE_HOOK_ENVIRONMENT';

/** The boot environment in which `be-hook exec` runs this process; undefined on the machine itself. */
export function enteredEnvironment(): string | undefined {
  return stat(enteredMarkerFile)?.kind === 'file' ? readText(enteredMarkerFile) : process.env[enteredVariable];
}
