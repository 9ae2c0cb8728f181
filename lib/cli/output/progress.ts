import type { StageName, StageState } from '../../model/stage.ts';
import type { ProgressData } from './schema/progress.ts';

/** Prints one line of progress for a program that reads standard error. */
export function printProgress(line: ProgressData): void {
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

/** Prints each stage when it begins and when it ends. */
export function stageReporter(): (stage: StageName, state: StageState) => void {
  let began = 0;
  return (stage, state) => {
    if (state === 'begin') {
      began = performance.now();
      return printProgress({ version: 1, stage, state });
    }
    const seconds = Math.round(performance.now() - began) / 1000;
    return printProgress({ version: 1, stage, state, seconds });
  };
}
