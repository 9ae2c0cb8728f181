import { readText, stat } from './files.ts';

/** The file by which a command knows that it runs inside of `be-hook exec`, with the environment's name in it. */
export const enteredSign = '/run/be-hook/entered';

/** The variable that says the same, for scripts, and where the file is missing. */
export const enteredVariable = 'BE_HOOK_ENVIRONMENT';

/** The boot environment that `be-hook exec` runs us in; undefined on the machine itself. */
export function enteredEnvironment(): string | undefined {
  return stat(enteredSign)?.kind === 'file' ? readText(enteredSign) : process.env[enteredVariable];
}
