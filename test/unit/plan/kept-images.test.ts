import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { keptPlace } from '../../../lib/model/kernel-record.ts';
import type { Observation, StampedFile } from '../../../lib/model/observation.ts';
import { isProblem, type Problem } from '../../../lib/model/problem.ts';
import type { Plan, Step, StepKind } from '../../../lib/model/step.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { withDroppedImages } from '../../../lib/plan/drop-images.ts';
import { listUndigested } from '../../../lib/plan/interpret/undigested.ts';
import { planSnapshot } from '../../../lib/plan/snapshot.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { planUninstall } from '../../../lib/plan/uninstall.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aSystem, beName, planned, type SystemBuilder, textFile } from '../../support/builders.ts';
import {
  digestOf,
  onSeparateBoot,
  recordAttribute,
  separateBoot,
  sharedFile,
  sharedKernel,
  withMenu,
} from '../../support/separate-boot-facts.ts';

const release = '6.17.1-300.fc44.x86_64';
const newer = '6.18.2-300.fc44.x86_64';

const one = aSystem()
  .withBe('a')
  .with({ moduleReleases: [release] })
  .running()
  .active()
  .observation();
const two = aSystem()
  .withBe('a')
  .with({ moduleReleases: [release] })
  .running()
  .active()
  .withBe('b')
  .with({ moduleReleases: [release, newer] })
  .observation();

const boot = separateBoot([...sharedKernel(release, 'image1', 'initrd1'), sharedFile('initramfs-0-rescue.img', 'r')]);

const sync = (observation: Observation): Plan | Problem => {
  const world = worldOf(observation, grub);
  const plan = planSync(world, { refreshDistributionMenu: false });
  return isProblem(plan) ? plan : withDroppedImages(plan, world);
};

function stepsOf<K extends StepKind>(plan: Plan | Problem, kind: K): readonly Extract<Step, { kind: K }>[] {
  return planned(plan).steps.filter((step): step is Extract<Step, { kind: K }> => step.kind === kind);
}

const menuOf = (plan: Plan | Problem): string =>
  stepsOf(plan, 'write-file').find(({ on, path }) => on === 'boot' && path === 'grub2/be-hook.cfg')?.text ?? '';

const imageOf = (text: string): string => keptPlace('vmlinuz', release, digestOf(text)).path;
const initrdOf = (text: string): string => keptPlace('initramfs', release, digestOf(text)).path;

const test = suite('kernels on a separate /boot');

test('boots the files of the distribution while no other environment has the release', () => {
  const plan = sync(onSeparateBoot(one, boot));

  assert.equal(stepsOf(plan, 'keep-file'), []);
  assert.match(menuOf(plan), `linux /vmlinuz-${release} `);
  assert.match(menuOf(plan), `initrd /initramfs-${release}.img\n`);
});

for (const unsafe of ['6.1;reboot', `6.1-${'x'.repeat(130)}`]) {
  test(`reports a kernel whose release a menu cannot hold: ${unsafe.slice(0, 10)}`, () => {
    const observation = aSystem()
      .withBe('a')
      .with({ moduleReleases: [release, unsafe] })
      .running()
      .active()
      .observation();
    const files = [...boot.files, ...sharedKernel(unsafe, 'image2', 'initrd2')];

    const { environments } = worldOf(onSeparateBoot(observation, { ...boot, files }), grub).state;

    const faults = environments.flatMap(({ problems }) => problems.filter(({ code }) => code === 'kernel-fault'));
    assert.is(faults.length, 1);
    assert.match(JSON.stringify(faults), JSON.stringify(`boot/vmlinuz-${unsafe}`).slice(1, -1));
  });
}

test('only warns about a boot loader entry on /boot that it cannot read', () => {
  const entry = { kind: 'unreadable', on: 'boot', path: 'loader/entries/x.conf', why: 'it is a directory' } as const;
  const plan = planned(sync(onSeparateBoot(one, boot, [entry])));

  const warning: Problem = { code: 'file-unreadable', path: 'boot/loader/entries/x.conf', why: 'it is a directory' };
  assert.equal([plan.warnings, plan.unresolved], [[warning], []]);
  assert.match(menuOf(plan), `linux /vmlinuz-${release} `);
});

test('prefers the recorded options to /etc/kernel/cmdline if it cannot read the entry of a kernel', () => {
  const path = `loader/entries/m-${release}.conf`;
  const entry = { kind: 'unreadable', on: 'boot', path, why: 'it is a directory' } as const;
  const commandLine = textFile('@a/etc/kernel/cmdline', 'for-the-next\n');
  const optionsWith = (a: SystemBuilder): readonly (string | undefined)[] => {
    const facts = onSeparateBoot(a.observation(), boot, [entry]);
    const record = recordAttribute('@a', { [release]: { options: 'ro a=1', image: { size: 1, stamp: 'image1' } } });
    return worldOf({ ...facts, attributes: [record] }, grub).state.environments.map(({ kernels }) =>
      kernels[0]?.options.at(-1),
    );
  };
  const a = aSystem()
    .withBe('a')
    .withGrubCfg('blscfg\n')
    .with({ moduleReleases: [release] })
    .running()
    .active();

  assert.equal(optionsWith(a.with({ commandLine })), ['a=1']);
  assert.equal(optionsWith(a), ['a=1']);
});

test('writes the shared menu once, and leads grub.cfg to it', () => {
  const plan = sync(onSeparateBoot(two, boot));

  const shared = stepsOf(plan, 'write-file').filter(({ on }) => on === 'boot');
  assert.equal(
    shared.map(({ path }) => path),
    ['grub2/be-hook.cfg', 'grub2/grub.cfg'],
  );
});

test('keeps a copy of each file before the menu names it, when a second environment has the release', () => {
  const plan = sync(onSeparateBoot(two, boot));

  const kept = stepsOf(plan, 'keep-file');
  assert.equal(
    kept.map(({ from, path }) => [from.path, path]),
    [
      [`vmlinuz-${release}`, imageOf('image1')],
      [`initramfs-${release}.img`, initrdOf('initrd1')],
    ],
  );
  assert.match(menuOf(plan), `linux /${imageOf('image1')} `);
  assert.not.match(menuOf(plan), `linux /vmlinuz-`);
  const kinds = planned(plan).steps.map((step) => `${step.kind}${'on' in step ? ` ${step.on}` : ''}`);
  const barrier = kinds.indexOf('sync-filesystem boot', kinds.lastIndexOf('keep-file boot'));
  assert.ok(barrier > 0 && barrier < kinds.indexOf('set-kernels'));
  assert.ok(kinds.indexOf('set-kernels') < kinds.indexOf('write-file boot'));
});

/** The same system after a sync: the copies exist, and the records name them. */
function synced(observation: Observation): Observation {
  const plan = sync(observation);
  const kept = stepsOf(plan, 'keep-file').map(({ path, size }) => sharedFile(path, '', size));
  const records = stepsOf(plan, 'set-kernels').flatMap(({ path, kernels }) =>
    kernels === undefined ? [] : [recordAttribute(path, kernels.kernels)],
  );
  const old = observation.attributes.filter(({ path }) => !records.some((record) => record.path === path));
  const facts = observation.boot;
  return {
    ...observation,
    attributes: [...old, ...records],
    boot: facts && { ...facts, kept: [...facts.kept, ...kept] },
    digests: {},
  };
}

test('plans no copy and no record a second time', () => {
  const plan = sync(synced(onSeparateBoot(two, boot)));

  assert.equal([...stepsOf(plan, 'keep-file'), ...stepsOf(plan, 'set-kernels')], []);
});

test('keeps the initramfs of the other environment after the running one rewrote the file', () => {
  const before = synced(onSeparateBoot(two, boot));
  const changed = separateBoot(sharedKernel(release, 'image1', 'initrd2'), { kept: before.boot?.kept ?? [] });
  const after = { ...onSeparateBoot(before, changed), attributes: before.attributes };

  const plan = sync(after);

  assert.equal(
    stepsOf(plan, 'keep-file').map(({ path }) => path),
    [initrdOf('initrd2')],
  );
  const [first = '', second = ''] = menuOf(plan).split('submenu');
  assert.match(first, initrdOf('initrd2'));
  assert.match(second, initrdOf('initrd1'));
  assert.equal(stepsOf(plan, 'remove-file'), []);
});

test('boots kept copies after the files of the distribution are deleted', () => {
  const before = synced(onSeparateBoot(two, boot));
  const plan = sync({ ...before, boot: separateBoot([], { kept: before.boot?.kept ?? [] }) });

  assert.match(menuOf(plan), `linux /${imageOf('image1')} `);
  assert.match(menuOf(plan), `initrd /${initrdOf('initrd1')}\n`);
});

test('names each kept copy of a record whose content is lost', () => {
  const before = synced(onSeparateBoot(two, boot));
  const problemsWith = (kept: readonly StampedFile[]): readonly (readonly Problem[])[] =>
    worldOf({ ...before, boot: separateBoot([], { kept }) }, grub).state.environments.map(({ problems }) => problems);
  const fault = (name: string, path: string): Problem => {
    return { code: 'kernel-fault', name, path: `boot/${path}`, fault: 'lost' };
  };

  const [a, b] = problemsWith([]);
  assert.equal(a, [fault('a', imageOf('image1'))]);
  assert.equal(b, [fault('b', imageOf('image1'))]);
  const image = before.boot?.kept.filter(({ path }) => path === imageOf('image1')) ?? [];
  assert.equal(problemsWith(image)[1], [fault('b', initrdOf('initrd1'))]);
});

test('deletes a copy that no environment needs, after the menu', () => {
  const old = sharedFile('be-hook/vmlinuz-5.1-00000000000000000000000000000000', 's');
  const plan = sync(onSeparateBoot(one, { ...boot, kept: [old] }));

  const steps = planned(plan).steps;
  const removal = steps.findIndex((step) => step.kind === 'remove-file' && step.path === old.path);
  assert.ok(removal > steps.findLastIndex(({ kind }) => kind === 'write-file'));
});

test('deletes no copy while there is a record that it cannot read', () => {
  const old = sharedFile('be-hook/vmlinuz-5.1-00000000000000000000000000000000', 's');
  const facts = onSeparateBoot(one, { ...boot, kept: [old] });
  const attributes = [{ path: 'snapshot', name: 'kernels', value: '{"version":9}' }];

  assert.equal(stepsOf(sync({ ...facts, attributes }), 'remove-file'), []);
});

test('names the present files where /boot has no space for copies, and reports the numbers', () => {
  const plan = sync(onSeparateBoot(two, { ...boot, free: 4 << 20 }));

  assert.equal(stepsOf(plan, 'keep-file'), []);
  assert.match(menuOf(plan), `linux /vmlinuz-${release} `);
  const warned = isProblem(plan) ? [] : plan.warnings.filter(({ code }) => code === 'boot-space-short');
  assert.equal(warned, [{ code: 'boot-space-short', needed: 6 << 20, free: 4 << 20 }]);
});

test('deletes no copy that the menu on disk names, if the plan writes only other files of /boot', () => {
  const before = synced(onSeparateBoot(two, boot));
  const menu = menuOf(sync(onSeparateBoot(two, boot)));
  const shown = withMenu({ ...before, attributes: [] }, menu);
  const step: Step = {
    kind: 'write-file',
    on: 'boot',
    path: 'grub2/grubenv',
    text: '',
    mode: 0o644,
    labelLike: undefined,
    reason: '',
  };
  const plan: Plan = { steps: [step], warnings: [], unresolved: [] };

  assert.equal(withDroppedImages(plan, worldOf(shown, grub)), plan);
});

test('keeps the only copy of another environment before uninstall overwrites it', () => {
  const facts = onSeparateBoot(two, boot);
  const a = recordAttribute('@a', {
    [release]: {
      image: { size: 1 << 20, digest: digestOf('image1') },
      initrd: { size: 1 << 20, digest: digestOf('initrd0') },
    },
  });
  const kept = [sharedFile(imageOf('image1'), ''), sharedFile(initrdOf('initrd0'), '')];
  const running = { ...facts.filesystem, runningSubvolume: 257 };
  const plan = planUninstall(
    worldOf({ ...facts, filesystem: running, attributes: [a], boot: { ...boot, kept } }, grub),
  );

  const targets = stepsOf(plan, 'keep-file').map(({ path }) => path);
  assert.ok(targets.indexOf(initrdOf('initrd1')) >= 0, targets.join(' '));
  assert.ok(targets.indexOf(initrdOf('initrd1')) < targets.indexOf(`initramfs-${release}.img`));
});

test('plans no copy of a kernel whose release is not safe in a name', () => {
  const long = '6.1'.padEnd(200, '1');
  const moduleReleases = [release, long];
  const both = aSystem().withBe('a').with({ moduleReleases }).running().active().withBe('b').with({ moduleReleases });
  const files = [...sharedKernel(release, 'image1', 'initrd1'), ...sharedKernel(long, 'image2', 'initrd2')];
  const facts = onSeparateBoot(both.observation(), separateBoot(files));

  const copied = stepsOf(sync(facts), 'keep-file').map(({ from }) => from.path);
  assert.equal(copied, [`vmlinuz-${release}`, `initramfs-${release}.img`]);
  assert.equal(
    listUndigested({ ...facts, digests: {} }, true).map(({ path }) => path),
    copied,
  );
});

const intent = { source: undefined, name: beName('c'), description: undefined, activation: 'none', now: 9 } as const;

test('create keeps the kernels of the source before it copies the source', () => {
  const plan = planCreate(worldOf(onSeparateBoot(one, boot), grub), intent);

  const kinds = planned(plan).steps.map(({ kind }) => kind);
  assert.is(stepsOf(plan, 'keep-file').length, 2);
  assert.equal(
    stepsOf(plan, 'set-kernels').map(({ path }) => path),
    ['@a'],
  );
  assert.ok(kinds.indexOf('set-kernels') < kinds.indexOf('clone-subvolume'));
  assert.is(menuOf(plan).split(`linux /${imageOf('image1')} `).length, 3, 'both environments boot the copy');
  assert.match(menuOf(plan), 'rootflags=subvol=be-hook/c/root');
});

test('create refuses where /boot has no space for the copies', () => {
  const plan = planCreate(worldOf(onSeparateBoot(one, { ...boot, free: 4 << 20 }), grub), intent);

  assert.equal(plan, { code: 'boot-space-short', needed: 6 << 20, free: 4 << 20 });
});

test('a snapshot keeps the kernels that it records', () => {
  const snapshot = { name: undefined, snapshot: undefined, description: undefined, now: 9 };
  const plan = planSnapshot(worldOf(onSeparateBoot(one, boot), grub), snapshot);

  assert.is(stepsOf(plan, 'keep-file').length, 2);
  const kinds = planned(plan).steps.map(({ kind }) => kind);
  assert.ok(kinds.indexOf('set-kernels') < kinds.indexOf('clone-subvolume'));
});

test('requests digests of the files that several environments have, or that a copy will have', () => {
  const paths = (observation: Observation, all: boolean): readonly string[] =>
    listUndigested({ ...observation, digests: {} }, all).map(({ path }) => path);

  assert.equal(paths(onSeparateBoot(one, boot), false), []);
  assert.equal(paths(onSeparateBoot(one, boot), true), [`vmlinuz-${release}`, `initramfs-${release}.img`]);
  assert.equal(paths(onSeparateBoot(two, boot), false), [`vmlinuz-${release}`, `initramfs-${release}.img`]);
  assert.equal(paths(synced(onSeparateBoot(two, boot)), true), []);
});

test('keeps the command line of an environment when another one rewrites the shared entry', () => {
  const entry = (options: string) => [
    {
      kind: 'text',
      on: 'boot',
      path: `loader/entries/m-${release}.conf`,
      text: `title x\nversion ${release}\nlinux /vmlinuz-${release}\noptions ${options}\n`,
    } as const,
  ];
  const bls = aSystem()
    .withBe('a')
    .withGrubCfg('blscfg\n')
    .with({ moduleReleases: [release] });
  const both = bls
    .active()
    .withBe('b')
    .withGrubCfg('blscfg\n')
    .with({ moduleReleases: [release] });
  const recorded = (path: string, options: string) =>
    recordAttribute(path, { [release]: { options, image: { size: 1, stamp: 'image1' } } });
  const attributes = [recorded('@a', 'ro a=1'), recorded('@b', 'ro b=1')];
  const facts = onSeparateBoot(both.observation(), boot, entry('root=UUID=x ro b=1'));
  const runs = (id: number) => ({ ...facts, attributes, filesystem: { ...facts.filesystem, runningSubvolume: id } });
  const optionsOf = (id: number): readonly (readonly string[])[] =>
    worldOf(runs(id), grub).state.environments.map(({ name, kernels }) => [name, kernels[0]?.options.at(-1) ?? '']);

  assert.equal(optionsOf(256), [
    ['a', 'a=1'],
    ['b', 'b=1'],
  ]);
  assert.equal(optionsOf(257), [
    ['a', 'a=1'],
    ['b', 'b=1'],
  ]);
});

test.run();
