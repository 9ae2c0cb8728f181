import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { grubRoot } from '../../../lib/bootloaders/grub/facts.ts';
import { entriesOf } from '../../../lib/model/menu.ts';
import type { Observation, RootFacts } from '../../../lib/model/observation.ts';
import type { Plan, Step } from '../../../lib/model/step.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { applyInMemory } from '../apply-in-memory.ts';
import type { Command } from './command.ts';
import { menuIn } from './laws.ts';
import { observe } from './memory.ts';

const ours = /(^|\/)(grub\.cfg|be-hook\.cfg|\.(grub|be-hook)\.cfg\.be-hook-tmp|99_be-hook)$/;

/** What the plan of a command may change, and in which order: the laws about crashes, needed kernels and other environments. */
export function checkPlan(before: Observation, command: Command, { steps }: Plan): void {
  checkFiles(before, command, steps);
  checkSubvolumes(before, command, steps);
  checkOrder(steps);
  checkDeletions(before, steps);
}

/** The menus, the files that load them, the files of the new copies, and one command line. */
function checkFiles(before: Observation, { verb }: Command, steps: readonly Step[]): void {
  const made = steps.flatMap((step) => (step.kind === 'begin-directory' ? [`${step.path}/`] : []));
  const menuDirectories = before.roots.flatMap((root) => grubRoot(root).menuDirectories.map(({ path }) => path));
  const generators = before.roots.map((root) => grubRoot(root).generatorDirectory);
  for (const step of steps) {
    if (step.kind !== 'write-file' && step.kind !== 'remove-file') continue;
    const directory = step.path.slice(0, step.path.lastIndexOf('/'));
    const menu = ours.test(step.path) && [...menuDirectories, ...generators].includes(directory);
    const line = verb === 'cmdline' && step.path.endsWith('/etc/kernel/cmdline');
    assert.ok(menu || line || made.some((path) => step.path.startsWith(path)), `${step.kind} /${step.path}`);
  }
  for (const path of made) {
    assert.match(path, /^be-hook\/[^/]+\/$/);
    assert.not(
      before.subvolumes.some((subvolume) => subvolume.path.startsWith(path)),
      `/${path} is new`,
    );
  }
}

/** Copies are inside the objects that the plan makes. Deletions are of the objects that the command names. */
function checkSubvolumes(before: Observation, { verb }: Command, steps: readonly Step[]): void {
  const made = steps.flatMap((step) => (step.kind === 'begin-directory' ? [`${step.path}/`] : []));
  const markedForDeletion = steps.flatMap((step) => (step.kind === 'mark-for-deletion' ? [step] : []));
  const deletes = verb === 'destroy' || verb === 'rollback';
  for (const step of steps) {
    if (step.kind === 'clone-subvolume')
      assert.ok(
        made.some((path) => step.to.startsWith(path)),
        `to /${step.to}`,
      );
    if (step.kind !== 'delete-subvolume') continue;
    assert.ok(deletes, `${verb} deletes /${step.path}`);
    assert.ok(
      markedForDeletion.some(({ path }) => step.path === path || step.path.startsWith(`${path}/`)),
      `/${step.path} is marked for deletion`,
    );
    assert.is(before.subvolumes.find(({ path }) => path === step.path)?.id, step.id);
  }
  const maker = verb === 'create' || verb === 'snapshot' || verb === 'rollback';
  assert.is(made.length, maker ? 1 : 0, `${verb} makes ${made.join(', ')}`);
}

/** Each kind of step follows a commit of the steps that it needs, and the plan ends with a commit. */
function checkOrder(steps: readonly Step[]): void {
  const changes = steps.filter(({ kind }) => kind !== 'append-history' && !kind.endsWith('needs-sync'));
  if (changes.length > 0) assert.is(changes.at(-1)?.kind, 'sync-filesystem', 'all is on disk in the end');
  const committedBetween = (first: Step['kind'], second: Step['kind']): void => {
    const end = steps.findIndex(({ kind }) => kind === second);
    const start = steps.findLastIndex(({ kind }, index) => kind === first && index < end);
    if (start < 0 || end < 0) return;
    const between = steps.slice(start, end).some(({ kind }) => kind === 'sync-filesystem');
    assert.ok(between, `${first} is on disk before ${second}`);
  };
  committedBetween('begin-directory', 'clone-subvolume');
  committedBetween('clone-subvolume', 'set-mark');
  committedBetween('clone-subvolume', 'set-snapshot-mark');
  committedBetween('clear-mark', 'delete-subvolume');
  committedBetween('mark-for-deletion', 'delete-subvolume');
  committedBetween('freeze-subvolume', 'finish-directory');
  committedBetween('set-mark', 'finish-directory');
  // Files are renamed to their final names when all copies are made: see apply.
  const copying = ['clone-subvolume', 'replace-placeholder', 'copy-tree'];
  const copied = steps.findLastIndex(({ kind }) => copying.includes(kind));
  assert.not(
    steps.slice(0, Math.max(0, copied)).some(({ kind }) => kind === 'write-file'),
    'files follow the copies',
  );
}

/** When a subvolume is deleted, no remaining menu offers a kernel in it. */
function checkDeletions(before: Observation, steps: readonly Step[]): void {
  const deleted = steps.flatMap((step) => (step.kind === 'delete-subvolume' ? [step.path] : []));
  const first = steps.findIndex(({ kind }) => kind === 'delete-subvolume');
  if (first < 0) return;
  const then = applyInMemory(before, steps.slice(0, first));
  const staying = interpretState(observe(then), grub).environments.filter(
    ({ subvolume, layout }) =>
      !deleted.includes(subvolume.path) && ['boot-in-root', 'boot-subvolume'].includes(layout.kind),
  );
  for (const menuDirectory of staying.flatMap((environment) => grubRoot(environment).menuDirectories)) {
    const menu = menuIn(menuDirectory);
    for (const { image, initrds } of menu === undefined ? [] : entriesOf(menu)) {
      for (const { on, path } of [image, ...initrds]) {
        assert.not(
          deleted.some((gone) => on === 'root' && path.startsWith(`${gone}/`)),
          `/${path} is offered in /${menuDirectory.path} when it goes`,
        );
      }
    }
  }
}

/** The laws about needed kernels and other environments: only menus, marks and requested objects change. */
export function checkUntouched(before: Observation, after: Observation, command: Command): void {
  const words = command.verb === 'cmdline';
  for (const root of before.roots) {
    const then = after.roots.find(({ subvolume }) => subvolume.id === root.subvolume.id);
    if (then !== undefined) assert.equal(whatStays(then, words), whatStays(root, words), root.subvolume.path);
    else assert.ok(command.verb === 'destroy' || command.verb === 'rollback', `/${root.subvolume.path} is gone`);
  }
  const ids = new Set(after.subvolumes.map(({ id }) => id));
  for (const { path, name, value } of before.attributes) {
    const subvolume = before.subvolumes.find((subvolume) => subvolume.path === path);
    if (subvolume !== undefined && !ids.has(subvolume.id)) continue;
    const now = after.attributes.find((attribute) => attribute.path === path && attribute.name === name)?.value;
    if (command.verb !== 'volume' || name !== 'volume') assert.is(now, value, `${name} of /${path}`);
  }
}

function whatStays(root: RootFacts, words: boolean): object {
  const { subvolume, boot, fstab, osRelease, commandLine, config, blsEntries, moduleReleases } = root;
  const { defaults } = grubRoot(root);
  const files = { boot, fstab, osRelease, defaults, config, blsEntries, moduleReleases, readOnly: root.readOnly };
  return { subvolume, ...files, ...(words ? {} : { commandLine }) };
}
