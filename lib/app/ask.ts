import { readAnswer } from '../system/terminal.ts';

/** Asks a question on the terminal and returns the answer. The answer is empty if the input has ended. */
export function askOnTerminal(question: string): Promise<string> {
  return readAnswer(question);
}
