import { createInterface } from 'node:readline';

/** Puts a question on standard error and gives the line that is answered; empty where the input ends. */
export async function readAnswer(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve) => {
      lines.question(question, resolve);
      lines.once('close', () => resolve(''));
    });
  } finally {
    lines.close();
  }
}
