import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { Step } from '../../../lib/model/step.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { environmentOf } from '../builders.ts';
import { eraseKernel, reboot, rewriteInitrd, unpackModules, writeKernel } from './changes.ts';
import {
  type BootCommand,
  type BootDraft,
  type BootEvent,
  type BootModel,
  fillInBoot,
  type KernelEvent,
  planBoot,
} from './commands.ts';
import { firstMachine } from './first-machine.ts';
import { checkEntries, checkSynced, isOtherReason, withSync } from './laws.ts';
import { apply, type BootMachine, type BootType, observe } from './machine.ts';
import { contentsAfter, withCommand } from './model.ts';

/** A command that was carried out on a machine. */
export interface CarriedOnBoot {
  readonly machine: BootMachine;
  readonly command: BootCommand;
  readonly steps: readonly Step[];
  /** The models before and after it. */
  readonly models: readonly [BootModel, BootModel];
  /** The environment whose entries may be out of date before the command. */
  readonly stale: string | undefined;
}

/**
 * Runs a sequence on a machine with one environment. After each command and each event it checks the laws. `check` gets
 * each command of be-hook. The message of a failure contains the sequence up to then.
 */
export function runOnBoot(
  drafts: readonly BootDraft[],
  check: (carried: CarriedOnBoot) => void,
  type: BootType = 'ext4',
): void {
  const log: string[] = [];
  try {
    runLogged(drafts, check, { log, type });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${log.join('\n')}\n${why}`, { cause: error });
  }
}

/** A machine, what it must contain, and the environment whose entries may be out of date. */
interface Scene {
  readonly machine: BootMachine;
  readonly model: BootModel;
  readonly stale: string | undefined;
}

function runLogged(
  drafts: readonly BootDraft[],
  check: (carried: CarriedOnBoot) => void,
  { log, type }: { readonly log: string[]; readonly type: BootType },
): void {
  const kernels = new Map([['6.1.0-1', { image: 'k6.1.0', initrd: 'i0' }]]);
  const model: BootModel = { environments: new Map([['a', kernels]]), snapshots: new Map(), running: 'a', active: 'a' };
  let scene: Scene = { machine: withSync(firstMachine('a', kernels, type)), model, stale: undefined };
  for (const [index, draft] of drafts.entries()) {
    const count = index + 1;
    const command = fillInBoot(draft, scene.model, count);
    if (command === undefined) continue;
    log.push(JSON.stringify(command));
    scene = isEvent(command) ? meet(scene, command) : obey(scene, command, count, check);
    checkScene(scene);
    // Most programs that change a kernel run be-hook's hook.
    if (scene.stale === undefined || draft.who % 4 === 0) continue;
    log.push('the hook');
    scene = obey(scene, { verb: 'sync' }, count, check);
    checkScene(scene);
  }
}

function checkScene({ machine, model, stale }: Scene): void {
  if (stale === undefined) checkSynced(withSync(machine), [model]);
  else checkEntries(machine, [model], stale);
}

function obey(
  { machine, model, stale }: Scene,
  command: BootCommand,
  count: number,
  check: (carried: CarriedOnBoot) => void,
): Scene {
  const plan = planBoot(machine, command, 1_800_000_000 + 60 * count);
  if (isProblem(plan)) {
    if (!isOtherReason(plan)) throw new Error(`refused: ${JSON.stringify(plan)}`);
    return { machine, model, stale };
  }
  const after = withCommand(model, command);
  check({ machine, command, steps: plan.steps, models: [model, after], stale });
  const left = isWithoutMenu(command) ? stale : undefined;
  return { machine: apply(machine, plan.steps), model: after, stale: left };
}

/** Whether a command leaves the menu as it is. */
function isWithoutMenu(command: BootCommand): boolean {
  return command.verb === 'snapshot' || (command.verb === 'destroy' && 'snapshot' in command);
}

function isEvent(command: BootCommand | BootEvent): command is BootEvent {
  return ['install', 'rewrite', 'reinstall', 'remove', 'reboot'].includes(command.verb);
}

/** A change that be-hook did not make. */
function meet({ machine, model }: Scene, event: BootEvent): Scene {
  const after = withCommand(model, event);
  if (event.verb === 'reboot') {
    const synced = withSync(machine);
    const { path } = environmentOf(interpretState(observe(synced), grub), event.name).subvolume;
    return { machine: reboot(synced, path), model: after, stale: undefined };
  }
  return { machine: changeKernel(machine, event, model), model: after, stale: model.running };
}

function changeKernel(machine: BootMachine, event: KernelEvent, { environments, running }: BootModel): BootMachine {
  const { verb, release, count } = event;
  if (verb === 'remove') return eraseKernel(machine, release);
  const contents = contentsAfter(environments.get(running) ?? new Map<string, never>(), event);
  const stamp = `${verb} ${count}`;
  if (verb === 'rewrite') return rewriteInitrd(machine, release, contents.initrd, stamp);
  // 05-be-hook.install runs before the other plugins of kernel-install.
  return writeKernel(withSync(unpackModules(machine, release, contents.image)), release, contents, stamp);
}
