import type { Target } from '../model/snapshot-name.ts';
import type { StreamStageName } from '../model/stage.ts';
import type { Plan } from '../model/step.ts';
import { planExport } from '../plan/export.ts';
import { sendSubvolumes } from '../system/stream.ts';
import type { ActOptions } from './act.ts';
import { inSession } from './in-session.ts';
import { inStages, type StageListener } from './in-stages.ts';
import { begin, useStage } from './stage.ts';

/**
 * Sends a boot environment, or a snapshot, as a stream to standard output. It sends read-only copies. Other processes
 * therefore need not wait.
 */
export async function exportEnvironment(
  options: ActOptions,
  target: Target,
  onStage: StageListener<StreamStageName> = () => undefined,
): Promise<Plan> {
  return await inStages(onStage, async (beginStage) => {
    beginStage('copy');
    const held = await begin(options, target, (world) => planExport(world, target));
    const { plan } = held;
    await useStage(options, held, () => {
      beginStage('send');
      return inSession(options, 'read', (session) => sendSubvolumes(session, plan.sent));
    });
    return plan;
  });
}
