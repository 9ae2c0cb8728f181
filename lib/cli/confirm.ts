import { askOnTerminal } from '../app/ask.ts';

/**
 * Asks a question that is answered by y or yes. Undefined where nobody can be asked, for there is no terminal on
 * standard input and standard error.
 */
export async function confirm(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return /^\s*y(es)?\s*$/i.test(await askOnTerminal(question));
}
