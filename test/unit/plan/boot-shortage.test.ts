import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { BootShortage } from '../../../lib/model/boot-shortage.ts';
import { keptPlace } from '../../../lib/model/kernel-record.ts';
import type { Observation, RootFacts, StampedFile } from '../../../lib/model/observation.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { describeProblem } from '../../../lib/model/problem-text.ts';
import { explainShortage } from '../../../lib/plan/boot-shortage.ts';
import { bytesForBoot } from '../../../lib/plan/bytes-for-boot.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { copiesFirst, deletionsFirst } from '../../../lib/plan/deletions-first.ts';
import { planDestroy } from '../../../lib/plan/destroy.ts';
import { withDroppedImages } from '../../../lib/plan/drop-images.ts';
import { planPrune } from '../../../lib/plan/prune.ts';
import { findUpgradeShortage } from '../../../lib/plan/secure-kernels.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aSystem, beName, planned, textFile } from '../../support/builders.ts';
import {
  digestOf,
  onSeparateBoot,
  recordAttribute,
  separateBoot,
  sharedFile,
  sharedKernel,
  withMenu,
} from '../../support/separate-boot-facts.ts';

const mebibyte = 1 << 20;
const [older, release] = ['6.16.1-300.fc44.x86_64', '6.17.1-300.fc44.x86_64'];
const now = 1_800_000_000;

/** Kept copies of a kernel, with contents that these names stand for. */
function kept(version: string, content: string, size: number): readonly StampedFile[] {
  const digest = digestOf(content);
  return [
    sharedFile(keptPlace('vmlinuz', version, digest).path, '', size),
    sharedFile(keptPlace('initramfs', version, digest).path, '', 2 * size),
  ];
}

/** The record of a root that has one kernel with such copies. */
function recorded(path: string, version: string, content: string, size: number): Observation['attributes'][number] {
  const digest = digestOf(content);
  // The files of the distribution are those of the environment that runs.
  const seen = path === '@a' ? { stamp: content } : {};
  return recordAttribute(path, {
    [version]: { options: 'quiet', image: { size, ...seen, digest }, initrd: { size: 2 * size, ...seen, digest } },
  });
}

const shortage = { code: 'boot-space-short', needed: 400 * mebibyte, free: mebibyte } as const;

function explain(
  observation: Observation,
  asked: typeof shortage = shortage,
): BootShortage & { readonly hint: string } {
  const found = explainShortage(asked, worldOf(observation, grub), now);
  if (found.code !== 'boot-space-short') throw new Error(found.code);
  return { ...found, hint: describeProblem(found).hint };
}

/** `a` runs. `b` and `c` have copies of kernels that no other environment has. */
const three = (): Observation => {
  const system = aSystem()
    .withBe('a')
    .with({ moduleReleases: [release] })
    .running()
    .active()
    .withBe('b')
    .with({ moduleReleases: [release] })
    .withBe('c')
    .with({ moduleReleases: [release] })
    .observation();
  const shared = [
    sharedFile(`vmlinuz-${release}`, 'a', 10 * mebibyte),
    sharedFile(`initramfs-${release}.img`, 'a', 20 * mebibyte),
  ];
  const files = [
    ...kept(release, 'a', 10 * mebibyte),
    ...kept(release, 'b', 20 * mebibyte),
    ...kept(release, 'c', 30 * mebibyte),
  ];
  const facts = onSeparateBoot(system, separateBoot(shared, { kept: files }));
  return {
    ...facts,
    attributes: [
      ...facts.attributes,
      recorded('@a', release, 'a', 10 * mebibyte),
      recorded('@b', release, 'b', 20 * mebibyte),
      recorded('@c', release, 'c', 30 * mebibyte),
    ],
  };
};

function markWith(root: RootFacts, field: string): RootFacts {
  return { ...root, mark: root.mark?.replace('{', `{${field},`) };
}

const test = suite('a shortage of space on a separate /boot');

test('names the environment whose deletion frees the most, with the bytes of its own copies', () => {
  const { remedies, hint } = explain(three());

  assert.equal(remedies, [{ command: ['destroy', 'c'], bytes: 90 * mebibyte }]);
  assert.match(hint, 'be-hook destroy c (90 MiB)');
});

test('never names an environment that destroy refuses', () => {
  const facts = three();
  const roots = facts.roots.map((root) => (root.subvolume.path === '@c' ? markWith(root, '"held":true') : root));

  assert.equal(explain({ ...facts, roots }).remedies, [{ command: ['destroy', 'b'], bytes: 60 * mebibyte }]);
});

test('never names what the failed command deletes', () => {
  const world = worldOf({ ...three(), uses: [] }, grub);
  const failed = planned(planDestroy(world, { name: beName('c'), snapshot: undefined }));

  const found = explainShortage(shortage, world, now, failed);
  assert.is(found.code, 'boot-space-short');
  if (found.code === 'boot-space-short')
    assert.equal(found.remedies, [{ command: ['destroy', 'b'], bytes: 60 * mebibyte }]);
});

test('counts no copy that another record names too', () => {
  const facts = three();
  const shared = recorded('@b', release, 'c', 30 * mebibyte);
  const attributes = facts.attributes.map((attribute) => (attribute.path === '@b' ? shared : attribute));

  const { remedies } = explain({ ...facts, attributes });
  assert.equal(remedies, [{ command: ['gc'], bytes: 60 * mebibyte }]);
});

test('counts what gc frees once, and not again for other commands', () => {
  const facts = three();
  const waste = sharedFile('be-hook/vmlinuz-5.1-00000000000000000000000000000000', '', 7 * mebibyte);
  const boot = facts.boot && { ...facts.boot, kept: [...facts.boot.kept, waste] };

  assert.equal(explain({ ...facts, boot }).remedies, [
    { command: ['gc'], bytes: 7 * mebibyte },
    { command: ['destroy', 'c'], bytes: 90 * mebibyte },
  ]);
});

test('counts for prune what the plan of prune deletes', () => {
  const facts = three();
  const config = textFile('@a/etc/be-hook/be-hook.conf', 'keep-automatic = 1\n');
  const roots = facts.roots.map((root) =>
    root.subvolume.path === '@a' ? { ...root, config } : markWith(root, '"automatic":true'),
  );
  const observation = { ...facts, roots };

  const plan = withDroppedImages(
    planned(planPrune(worldOf({ ...observation, uses: [] }, grub), now)),
    worldOf(observation, grub),
  );
  assert.ok(plan.steps.some(({ kind }) => kind === 'delete-subvolume'));
  assert.equal(explain(observation).remedies?.[0], { command: ['prune'], bytes: 60 * mebibyte });
});

test('names old kernels only where the commands do not free enough', () => {
  const base = aSystem()
    .withBe('a')
    .with({ moduleReleases: [release, older] })
    .running()
    .active()
    .observation();
  const files = [
    sharedFile(`vmlinuz-${release}`, 'i', 20 * mebibyte),
    sharedFile(`initramfs-${release}.img`, 'j', 70 * mebibyte),
    sharedFile(`vmlinuz-${older}`, 'k', 15 * mebibyte),
    sharedFile(`initramfs-${older}.img`, 'l', 45 * mebibyte),
  ];
  const facts = onSeparateBoot(base, separateBoot(files));

  const found = explain(facts);
  assert.equal([found.remedies, found.oldKernels], [[], [{ release: older, bytes: 60 * mebibyte }]]);
  assert.match(found.hint, `package manager: ${older} (60 MiB)`);
  assert.not.match(found.hint, 'be-hook destroy');
  assert.equal(explain(facts, { ...shortage, needed: 1 }).oldKernels, []);
});

test('names no kernel of the distribution that another environment has no copy of', () => {
  const base = aSystem()
    .withBe('a')
    .with({ moduleReleases: [release, older] })
    .running()
    .active()
    .withBe('b')
    .with({ moduleReleases: [older] })
    .observation();
  const files = [...sharedKernel(release, 'i', 'j'), ...sharedKernel(older, 'k', 'l')];

  const found = explain(onSeparateBoot(base, separateBoot(files)));
  assert.equal(found.oldKernels, []);
  assert.match(found.hint, 'no boot environment and no old kernel can be deleted');
});

const intent = { source: undefined, name: beName('c'), description: undefined, activation: 'none', now } as const;

// The kernels and images of Fedora 44: about 18 and 70 MiB (research of the layouts of installed systems).
for (const [gibibytes, count] of [
  [1, 5],
  [2, 11],
] as const) {
  test(`knows the peak before anything starts on ${gibibytes} GiB with kernels of 88 MiB`, () => {
    const releases = Array.from({ length: 2 }, (_, index) => `6.${17 - index}.1-300.fc44.x86_64`);
    const base = aSystem().withBe('a').with({ moduleReleases: releases }).running().active().observation();
    const files = releases.flatMap((version) => [
      sharedFile(`vmlinuz-${version}`, `i${version}`, 18 * mebibyte),
      sharedFile(`initramfs-${version}.img`, `j${version}`, 70 * mebibyte),
    ]);
    const copies = 2 * 88 * mebibyte;
    const used = count * 88 * mebibyte;
    for (const free of [gibibytes * 1024 * mebibyte - used, copies + 3 * mebibyte]) {
      const world = worldOf(onSeparateBoot(base, separateBoot(files, { free })), grub);
      const plan = planCreate(world, intent);
      const fits = copies + 4 * mebibyte <= free;
      assert.is(isProblem(plan), !fits);
      if (!isProblem(plan)) assert.ok(bytesForBoot(plan) <= copies + 4 * mebibyte && bytesForBoot(plan) > copies);
      const upgrade = findUpgradeShortage(world, { name: 'a', snapshot: undefined });
      const peak = copies + 88 * mebibyte + 4 * mebibyte;
      assert.equal(upgrade, peak > free ? { code: 'boot-space-short', needed: peak, free } : undefined);
    }
  });
}

test('destroy on a full /boot first deletes the copies that only the destroyed environment boots', () => {
  const { boot, ...others } = { ...three(), uses: [] };
  const facts = { ...others, boot: boot && { ...boot, free: 4 * mebibyte } };
  const settled = planned(planSync(worldOf(facts, grub), { refreshDistributionMenu: false })).steps;
  const menu = settled.find((step) => step.kind === 'write-file' && step.path === 'grub2/be-hook.cfg');
  const world = worldOf(withMenu(facts, menu?.kind === 'write-file' ? menu.text : ''), grub);
  const plan = withDroppedImages(planned(planDestroy(world, { name: 'c', snapshot: undefined })), world);

  const split = copiesFirst(plan, world);
  const steps = [...(split?.copies.steps ?? []), ...(split?.rest.steps ?? [])];

  const removed = steps.flatMap((step) => (step.kind === 'remove-file' && step.on === 'boot' ? [step.path] : []));
  assert.equal(
    removed,
    kept(release, 'c', 1).map(({ path }) => path),
  );
  const kinds = steps.map(({ kind }) => kind);
  assert.ok(kinds.indexOf('mark-for-deletion') < kinds.indexOf('remove-file'));
  assert.ok(kinds.lastIndexOf('remove-file') < kinds.indexOf('write-file'));
  assert.ok(kinds.indexOf('write-file') < kinds.indexOf('delete-subvolume'));
});

test('destroy on a full /boot keeps its order where it would free nothing there', () => {
  const facts = { ...three(), uses: [] };
  const attributes = facts.attributes.map((attribute) =>
    attribute.path === '@c' ? recorded('@c', release, 'b', 20 * mebibyte) : attribute,
  );
  const kernels = facts.boot?.kept.filter(({ path }) => !path.includes(digestOf('c').slice(0, 32))) ?? [];
  const world = worldOf({ ...facts, attributes, boot: facts.boot && { ...facts.boot, kept: kernels } }, grub);
  const plan = withDroppedImages(planned(planDestroy(world, { name: 'c', snapshot: undefined })), world);

  assert.is(copiesFirst(plan, world), undefined);
  assert.ok(deletionsFirst(plan) !== undefined);
});

test('destroy on a full /boot changes nothing where the copies are too small for the reserve of the file system', () => {
  const facts = { ...three(), uses: [] };
  const small = facts.boot?.kept.map((file) => ({ ...file, size: 4096 })) ?? [];
  const world = worldOf({ ...facts, boot: facts.boot && { ...facts.boot, free: 0, kept: small } }, grub);
  const plan = withDroppedImages(planned(planDestroy(world, { name: 'c', snapshot: undefined })), world);

  assert.ok(plan.steps.some(({ kind }) => kind === 'remove-file'));
  assert.is(copiesFirst(plan, world), undefined);
});

test.run();
