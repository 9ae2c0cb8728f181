import { accept } from '../model/accept.ts';
import type { BeName } from '../model/be-name.ts';
import { rootName } from '../model/manifest.ts';
import type { StreamStageName } from '../model/stage.ts';
import type { Plan } from '../model/step.ts';
import { planImport, planImportBegin } from '../plan/import.ts';
import { withSession } from '../system/session.ts';
import { receivedPlace, receiveSubvolumes } from '../system/stream.ts';
import { type ActOptions, act } from './act.ts';
import { inStages, type StageListener } from './in-stages.ts';
import { begin, useStage } from './stage.ts';

/** The boot environment to make from a stream. */
export interface ImportRequest {
  readonly name: BeName;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Makes a boot environment from the stream on standard input. Other be-hook processes need not wait while it receives the stream.
 */
export async function importEnvironment(
  options: ActOptions,
  { name, now }: ImportRequest,
  onStage: StageListener<StreamStageName> = () => undefined,
): Promise<Plan> {
  return await inStages(onStage, async (beginStage) => {
    beginStage('receive');
    const held = await begin(options, undefined, (world) => planImportBegin(world, name));
    const { stage } = held.plan;
    const received = receivedPlace(stage.held);
    return await useStage(options, held, async () => {
      const manifest = await receive(options, stage.held);
      beginStage('check');
      const observe = { candidates: () => [`${received}/${rootName}`] };
      return await act({ ...options, observe }, (world) => {
        const plan = accept(planImport(world, { name, stage, received, manifest, now }));
        beginStage('publish');
        return plan;
      });
    });
  });
}

async function receive({ where, lockSeconds }: ActOptions, held: string): ReturnType<typeof receiveSubvolumes> {
  return withSession({ where, write: true, alone: false, lockSeconds }, (session) => receiveSubvolumes(session, held));
}
