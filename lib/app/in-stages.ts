import type { StageName, StageState } from '../model/stage.ts';

/** Gets each stage when it begins and when it ends. */
export type StageListener<S extends StageName = StageName> = (stage: S, state: StageState) => void;

/**
 * Does work in stages. A stage ends with success when the next one begins, or at the end of the work. After an error
 * the present stage has failed.
 */
export async function inStages<T, S extends StageName>(
  onStage: StageListener<S>,
  work: (begin: (stage: S) => void) => Promise<T>,
): Promise<T> {
  let current: S | undefined;
  const end = (state: StageState): void => {
    if (current !== undefined) onStage(current, state);
    current = undefined;
  };
  try {
    const result = await work((stage) => {
      end('done');
      current = stage;
      onStage(stage, 'begin');
    });
    end('done');
    return result;
  } catch (error) {
    end('failed');
    throw error;
  }
}
