import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { Observation, RootFacts } from '../../../lib/model/observation.ts';
import { isProblem, type ProblemCode } from '../../../lib/model/problem.ts';
import type { Plan } from '../../../lib/model/step.ts';
import { planCreate } from '../../../lib/plan/create.ts';
import { interpretState } from '../../../lib/plan/interpret/state.ts';
import { planVolumePolicy } from '../../../lib/plan/volume.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import {
  aHome,
  aSystem,
  beName,
  bootFile,
  environmentOf,
  filesystemUuid,
  planned,
  textFile,
  uuidOf,
  withGrub,
} from '../../support/builders.ts';

/** The facts of a root whose /boot is the subvolume at this path. */
const withBoot =
  (path: string) =>
  (root: RootFacts): Partial<RootFacts> => ({
    boot: {
      kind: 'directory',
      files: ['vmlinuz-6.1', 'initramfs-6.1.img'].map((name) => bootFile(`${path}/${name}`)),
      subvolume: path,
      mountedFrom: undefined,
    },
    moduleReleases: ['6.1'],
    copiesAtBoot: true,
    ...withGrub(root, { menuDirectories: [aHome(`${path}/grub2`)] }),
  });

/** The environment `a` with its /boot at `path`, which has this policy. */
function system(path: string, policy?: string): Observation {
  const lines = ['/ btrfs subvol=@a', ...(path.startsWith('@a/') ? [] : [`/boot btrfs subvol=${path}`])];
  const observation = aSystem()
    .withBe('a')
    .with(withBoot(path))
    .with({ fstab: textFile('@a/etc/fstab', lines.map((line) => `UUID=${filesystemUuid} ${line} 0 0\n`).join('')) })
    .active()
    .observation();
  const boot = { id: 301, uuid: uuidOf(301), parentUuid: undefined, path, generation: 7 };
  return {
    ...observation,
    subvolumes: [...observation.subvolumes, boot],
    attributes: policy === undefined ? [] : [{ path, name: 'volume', value: policy }],
  };
}

function create(observation: Observation): Plan {
  const intent = { source: undefined, name: beName('b'), description: undefined, activation: 'none', now: 1 } as const;
  return planned(planCreate(worldOf(observation, grub), intent));
}

const refusal = (answer: unknown): ProblemCode | undefined => (isProblem(answer) ? answer.code : undefined);

const test = suite('the subvolume of /boot');

test('is cloned by default, whether fstab mounts it or it lies in the root', () => {
  for (const [path, to] of [
    ['boot', 'be-hook/b/volumes/boot'],
    ['@a/boot', 'be-hook/b/root/boot'],
  ] as const) {
    const { steps } = create(system(path));
    const clones = steps.flatMap((step) => (step.kind === 'clone-subvolume' ? [step] : []));
    assert.equal(
      clones.map((step) => [step.from, step.to, step.otherwise]),
      [
        ['@a', 'be-hook/b/root', undefined],
        [path, to, undefined],
      ],
    );
    const menus = steps.flatMap((step) =>
      step.kind === 'write-file' && /be-hook\.cfg$/.test(step.path) ? [step.path] : [],
    );
    assert.equal(menus, [`${path}/grub2/be-hook.cfg`, `${to}/grub2/be-hook.cfg`]);
  }
});

test('never waits for the first boot, whatever its attribute says', () => {
  const { steps } = create(system('boot', 'cloned-at-boot'));
  assert.ok(steps.some((step) => step.kind === 'clone-subvolume' && step.from === 'boot'));
});

test('has a policy that can be set to cloned only', () => {
  const world = worldOf(system('boot'), grub);
  assert.is(refusal(planVolumePolicy(world, '/boot', 'shared')), 'boot-volume-unfit');
  assert.is(refusal(planVolumePolicy(world, '/boot', 'cloned-at-boot')), 'boot-volume-unfit');
  assert.is(planned(planVolumePolicy(world, '/boot', 'cloned')).steps[0]?.kind, 'set-volume-policy');
});

test('makes its environment read-only if it is read-only', () => {
  const state = interpretState({ ...system('boot'), readOnly: [301] }, grub);
  const { readOnly, kernels, problems } = environmentOf(state, 'a');
  assert.equal([readOnly, kernels], [true, []]);
  assert.equal(problems[0], { code: 'subvolume-read-only', path: 'boot' });
});

test('holds the GRUB directory of its environment, which GRUB’s stub names', () => {
  const stub = { path: 'boot/efi/EFI/fedora/grub.cfg', filesystemUuid, menuDirectory: 'boot/grub2', relative: false };
  const tools = {
    ...system('boot').tools,
    loaderFacts: { loader: 'grub', mkconfig: undefined, scriptCheck: undefined, stubs: [stub] },
  };
  const state = interpretState({ ...system('boot'), tools }, grub);
  assert.match(grub.holds(environmentOf(state, 'a'), state) ?? '', 'leads to /boot/grub2');
});

test.run();
