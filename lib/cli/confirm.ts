import { askOnTerminal } from '../app/ask.ts';

/**
 * Asks a question that the user confirms by y or yes. Undefined where standard input or standard error is not a
 * terminal, because be-hook cannot ask then.
 */
export async function confirm(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return /^\s*y(es)?\s*$/i.test(await askOnTerminal(question));
}
