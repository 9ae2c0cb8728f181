import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../lib/bootloaders/grub/backend.ts';
import { grubRoot } from '../../lib/bootloaders/grub/facts.ts';
import { parseMenu } from '../../lib/bootloaders/grub/parse-menu.ts';
import { defaultEntryOf } from '../../lib/model/menu.ts';
import type { Observation, Subvolume } from '../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../lib/model/problem.ts';
import type { Plan, Step } from '../../lib/model/step.ts';
import { interpretState } from '../../lib/plan/interpret/state.ts';
import { applyInMemory } from '../support/apply-in-memory.ts';
import { limits } from '../support/budget.ts';
import { planned } from '../support/builders.ts';
import type { Command } from '../support/sequences/command.ts';
import { observe, planOf, syncAndTidy } from '../support/sequences/memory.ts';
import { snapshotBooting } from '../support/snapshot-booting.ts';

/*
 * Sequences of commands and of rollbacks by snapper on openSUSE. GRUB boots the default subvolume, also after a crash between
 * two steps, and be-hook calls the same environment active.
 */
const test = suite('sequences with snapshot booting');

/** A random action. `index` chooses the environment that it concerns. */
interface Draft {
  readonly verb: 'snapper' | 'reboot' | 'activate' | 'create' | 'rollback' | 'destroy';
  readonly index: number;
}

const anyDraft: fc.Arbitrary<Draft> = fc.record({
  verb: fc.constantFrom('snapper', 'reboot', 'activate', 'create', 'rollback', 'destroy'),
  index: fc.nat({ max: 9 }),
});

const start = snapshotBooting([['@/.snapshots/1/snapshot', 'leap']], { defaultSubvolume: 256, active: 256 });

const stateOf = (disk: Observation): ReturnType<typeof interpretState> =>
  interpretState(observe(disk, paths(disk)), grub);

function paths(disk: Observation): readonly string[] {
  return [defaultOf(disk).path];
}

function defaultOf({ filesystem, subvolumes }: Observation): Subvolume {
  const found = subvolumes.find(({ id }) => id === filesystem.defaultSubvolume);
  if (found === undefined) throw new Error('the default subvolume is missing');
  return found;
}

/** The subvolume that GRUB boots: the default of a menu of be-hook that GRUB shows, otherwise the default subvolume. */
function bootedOf(disk: Observation): string | undefined {
  const { path, id } = defaultOf(disk);
  const root = disk.roots.find(({ subvolume }) => subvolume.id === id);
  const [home] = root === undefined ? [] : grubRoot(root).menuDirectories;
  assert.match(home?.grubCfg.kind === 'text' ? home.grubCfg.text : '', 'set btrfs_relative_path="y"');
  const menu = home?.menu.kind === 'text' ? parseMenu(home.menu.text)?.menu : undefined;
  if (menu === undefined || menu.defaultSubvolume !== path) return path;
  const options = defaultEntryOf(menu)?.options ?? [];
  return options.flatMap((option) => /^rootflags=subvol=(.*)$/.exec(option)?.[1] ?? [])[0];
}

/** `snapper rollback`: a writable copy becomes the default subvolume. */
function rollBack(disk: Observation, from: string, number: number): Observation {
  const reason = 'snapper';
  const to = `@/.snapshots/${number}/snapshot`;
  const steps: readonly Step[] = [
    { kind: 'clone-subvolume', from, to, reason },
    { kind: 'set-default-subvolume', path: to, from: 0, reason },
  ];
  return applyInMemory(disk, steps);
}

/** The plans of a command. A rollback needs a snapshot. */
function plansOf(
  verb: Draft['verb'],
  name: string,
  count: number,
): readonly Command<'create' | 'activate' | 'snapshot' | 'rollback' | 'destroy'>[] {
  if (verb === 'create') return [{ verb, name: `be${count}`, from: name, activate: count % 2 === 0 }];
  if (verb === 'rollback')
    return [
      { verb: 'snapshot', name, snapshot: `s${count}` },
      { verb, name, snapshot: `s${count}` },
    ];
  return verb === 'destroy' ? [{ verb, name, snapshot: undefined }] : [{ verb: 'activate', name }];
}

/** Checks every prefix of a plan, and the sync after it. Returns the disk after the plan. */
function carryOut(disk: Observation, answer: Plan | Problem): Observation {
  if (isProblem(answer)) return disk;
  const before = defaultOf(disk).path;
  const after = applyInMemory(disk, answer.steps);
  for (let length = 0; length <= answer.steps.length; length += 1) {
    const crashed = applyInMemory(disk, answer.steps.slice(0, length));
    const chosen = defaultOf(crashed).path;
    const where = `after step ${length} of ${answer.steps.length} (${answer.steps[length - 1]?.kind ?? 'none'})`;
    assert.ok([before, defaultOf(after).path].includes(chosen), where);
    assert.is(bootedOf(crashed), chosen, where);
    const mended = applyInMemory(crashed, planned(syncAndTidy(observe(crashed, paths(crashed)))).steps);
    checkAgreement(mended, where);
  }
  return after;
}

function checkAgreement(disk: Observation, where: string): void {
  const chosen = defaultOf(disk);
  const active = stateOf(disk).environments.filter((environment) => environment.active);
  assert.equal(
    active.map(({ subvolume }) => subvolume.path),
    [chosen.path],
    where,
  );
  assert.is(disk.active, chosen.uuid, where);
  assert.is(bootedOf(disk), chosen.path, where);
  assert.equal(planned(syncAndTidy(observe(disk, paths(disk)))).steps, [], where);
}

test('boot the default subvolume after every step, and after the next sync', () => {
  const synced = applyInMemory(start, planned(syncAndTidy(start)).steps);
  fc.assert(
    fc.property(fc.array(anyDraft, { minLength: 1, maxLength: 6, size: 'max' }), (drafts) => {
      let disk = synced;
      for (const [count, { verb, index }] of drafts.entries()) {
        const { environments } = stateOf(disk);
        const chosen = environments[index % environments.length];
        if (chosen === undefined) throw new Error('no environment is left');
        const { name, subvolume } = chosen;
        if (verb === 'snapper') disk = rollBack(disk, subvolume.path, count + 2);
        else if (verb === 'reboot') {
          const { id } = defaultOf(disk);
          disk = {
            ...disk,
            filesystem: { ...disk.filesystem, runningSubvolume: id, mounts: [{ subvolume: id, mountpoint: '/' }] },
          };
        } else
          for (const command of plansOf(verb, name, count)) disk = carryOut(disk, planOf(disk, command, count + 10));
        assert.is(stateOf(disk).environments.find(({ active }) => active)?.subvolume.path, defaultOf(disk).path);
        assert.is(bootedOf(disk), defaultOf(disk).path);
      }
    }),
    limits({ seconds: 15, runs: 200 }),
  );
});

test.run();
