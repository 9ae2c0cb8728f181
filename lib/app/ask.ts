import { readAnswer } from '../system/terminal.ts';

/** Puts a question on the terminal and gives what is answered; empty where the input ends. */
export function askOnTerminal(question: string): Promise<string> {
  return readAnswer(question);
}
