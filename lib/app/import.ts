import { parseManifest } from '../formats/manifest.ts';
import { accept } from '../model/accept.ts';
import type { BeName } from '../model/be-name.ts';
import { rootName } from '../model/manifest.ts';
import type { FileText } from '../model/observation.ts';
import type { StreamStageName } from '../model/stage.ts';
import type { Plan } from '../model/step.ts';
import { planImport, planImportBegin } from '../plan/import.ts';
import { findBootSubvolume } from '../plan/unpack.ts';
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
      const root = `${received}/${rootName}`;
      const observe = { candidates: () => [root], bootVolumes: findBootVolumes(received, manifest) };
      return await act({ ...options, observe }, (world) => {
        const plan = accept(planImport(world, { name, stage, received, manifest, now }));
        beginStage('publish');
        return plan;
      });
    });
  });
}

/** The fstab of a received root names the subvolumes of its origin. */
function findBootVolumes(received: string, file: FileText): Readonly<Record<string, string>> {
  const manifest = parseManifest(file.kind === 'text' ? file.text : '');
  const boot = manifest && findBootSubvolume(manifest);
  return boot === undefined ? {} : { [`${received}/${rootName}`]: `${received}/${boot.name}` };
}

async function receive({ where, lockSeconds }: ActOptions, held: string): ReturnType<typeof receiveSubvolumes> {
  return withSession({ where, write: true, alone: false, lockSeconds }, (session) => receiveSubvolumes(session, held));
}
