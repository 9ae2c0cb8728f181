import type { BeName } from '../model/be-name.ts';
import { rootName } from '../model/manifest.ts';
import type { Plan } from '../model/step.ts';
import { planImport, planImportBegin } from '../plan/import.ts';
import { withSession } from '../system/session.ts';
import { receivedPlace, receiveSubvolumes } from '../system/stream.ts';
import { type ActOptions, act } from './act.ts';
import { begin, useStage } from './stage.ts';

/** The boot environment to make from a stream. */
export interface ImportRequest {
  readonly name: BeName;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Makes a boot environment from the stream on standard input. Other processes need not wait while the stream arrives.
 */
export async function importEnvironment(options: ActOptions, { name, now }: ImportRequest): Promise<Plan> {
  const held = await begin(options, undefined, (world) => planImportBegin(world, name));
  const { stage } = held.plan;
  const received = receivedPlace(stage.held);
  return await useStage(options, held, async () => {
    const manifest = await receive(options, stage.held);
    const look = { candidates: () => [`${received}/${rootName}`] };
    return await act({ ...options, observe: look }, (world) =>
      planImport(world, { name, stage, received, manifest, now }),
    );
  });
}

async function receive({ where, lockSeconds }: ActOptions, held: string): ReturnType<typeof receiveSubvolumes> {
  return withSession({ where, write: true, alone: false, lockSeconds }, (session) => receiveSubvolumes(session, held));
}
