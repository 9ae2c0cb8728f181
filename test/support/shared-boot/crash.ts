import type { Observation } from '../../../lib/model/observation.ts';
import type { Step } from '../../../lib/model/step.ts';
import type { Outcome } from '../memory-filesystems.ts';
import { checkEntries, checkSynced, withSync } from './laws.ts';
import {
  apply,
  applyToDisk,
  type BootFiles,
  type BootMachine,
  type BootWrite,
  bootWriteOf,
  withWrites,
} from './machine.ts';
import type { CarriedOnBoot } from './run.ts';

/** Random choices for the power cuts of one plan. They are used repeatedly. */
export interface CutChoices {
  /** For each write to /boot that no barrier followed. */
  readonly outcomes: readonly Outcome[];
  /** How many of the last steps on the btrfs are lost, if no barrier followed them. */
  readonly lost: readonly number[];
}

/**
 * Power cuts of one plan, one after each step. The menu is complete, and every entry loads what its environment owned
 * before or after the command. The next sync then leaves the machine in one of these two states.
 */
export function checkCuts({ machine, steps, models, stale }: CarriedOnBoot, choices: CutChoices): void {
  for (let length = 0; length <= steps.length; length += 1) {
    const done = steps.slice(0, length);
    const lost = choices.lost[length % choices.lost.length] ?? 0;
    const cut: BootMachine = {
      disk: cutDisk(machine, done, lost),
      boot: cutBoot(machine, done, choices.outcomes),
      type: machine.type,
    };
    try {
      checkEntries(cut, models, stale);
      // The first sync deletes an incomplete copy, and the second one what that copy needed.
      checkSynced(withSync(withSync(cut)), models);
    } catch (error) {
      const where = `cut after step ${length} of ${steps.length} (${done.at(-1)?.kind ?? 'none'})`;
      throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

/** btrfs commits all changes up to some moment. A barrier is such a moment. */
function cutDisk(machine: BootMachine, done: readonly Step[], lost: number): Observation {
  const barrier = done.findLastIndex((step) => step.kind === 'sync-filesystem' && step.on === 'root') + 1;
  const kept = Math.max(barrier, done.length - lost);
  return done
    .slice(0, kept)
    .reduce((disk, step) => (isOnBoot(step, machine) ? disk : applyToDisk(disk, step)), machine.disk);
}

function isOnBoot(step: Step, machine: BootMachine): boolean {
  return 'on' in step && step.on === 'boot' && machine.boot.size > 0;
}

/** Every write to /boot that no barrier followed is lost or on disk. A new file may be there with another content. */
function cutBoot(machine: BootMachine, done: readonly Step[], outcomes: readonly Outcome[]): BootFiles {
  let current = machine;
  let durable = machine.boot;
  let pending: readonly BootWrite[] = [];
  for (const step of done) {
    const write = bootWriteOf(step, current);
    if (write !== undefined) pending = [...pending, write];
    current = apply(current, [step]);
    if (step.kind === 'sync-filesystem' && step.on === 'boot') [durable, pending] = [current.boot, []];
  }
  return pending.reduce((files, write, index) => cutWrite(files, write, outcomes[index % outcomes.length]), durable);
}

function cutWrite(files: BootFiles, write: BootWrite, outcome: Outcome | undefined): BootFiles {
  const { path, file } = write;
  const isNew = !files.has(path);
  if (outcome === 'torn' && file !== undefined && isNew)
    return withWrites(files, [{ path, file: { ...file, text: `torn` } }]);
  return outcome === 'whole' ? withWrites(files, [write]) : files;
}
