import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import { keptPlace, type RecordedFile } from '../../../lib/model/kernel-record.ts';
import type { Observation, StampedFile } from '../../../lib/model/observation.ts';
import { printPlace } from '../../../lib/model/place.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import type { Step } from '../../../lib/model/step.ts';
import { listUndigested } from '../../../lib/plan/interpret/undigested.ts';
import { planSync } from '../../../lib/plan/sync.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aSystem } from '../../support/builders.ts';
import {
  digestOf,
  onSeparateBoot,
  recordAttribute,
  separateBoot,
  sharedKernel,
} from '../../support/separate-boot-facts.ts';

const older = '6.17.1-300.fc44.x86_64';
const release = '6.18.2-300.fc44.x86_64';
const upper = '@b/boot/.be-hook/upper';

/** A file that a job in `b` made. The stamp stands for its content. */
function made(name: string, stamp: string): StampedFile {
  const path = `${upper}/${name}`;
  return { name, on: 'root', path, target: path, size: 1 << 20, fault: undefined, stamp };
}

const files = [made(`vmlinuz-${release}`, 'image1'), made(`initramfs-${release}.img`, 'initrd1')];

/** The running `a`, and `b`, in which a job made a kernel. `kept` are the contents that be-hook keeps. */
function system(kept: readonly string[], recorded?: Readonly<Record<'image' | 'initrd', RecordedFile>>): Observation {
  const plain = aSystem()
    .withBe('a')
    .with({ moduleReleases: [older] })
    .running()
    .active()
    .withBe('b')
    .with({ moduleReleases: [release] })
    .observation();
  const images = kept.map((content): StampedFile => {
    const place = keptPlace(content.startsWith('image') ? 'vmlinuz' : 'initramfs', release, digestOf(content));
    const name = place.path.split('/').at(-1) ?? '';
    return { name, ...place, target: place.path, size: 1 << 20, fault: undefined, stamp: content };
  });
  const placed = onSeparateBoot(plain, separateBoot(sharedKernel(older, 'image0', 'initrd0'), { kept: images }));
  const roots = placed.roots.map((root) =>
    root.subvolume.path === '@b' ? { ...root, privateBoot: { files, blsEntries: [], variables: [] } } : root,
  );
  const attributes =
    recorded === undefined
      ? placed.attributes
      : [...placed.attributes, recordAttribute('@b', { [release]: { options: 'ro quiet', ...recorded } })];
  const digests = Object.fromEntries(files.map((file) => [printPlace(file), digestOf(file.stamp)]));
  return { ...placed, roots, attributes, digests };
}

function sync(observation: Observation): readonly Step[] {
  const plan = planSync(worldOf(observation, grub), { refreshDistributionMenu: false });
  if (isProblem(plan)) throw new Error(JSON.stringify(plan));
  return plan.steps;
}

const size = 1 << 20;
const test = suite('kernels that a job made');

test('are copied to /boot, and recorded with the files that they come from', () => {
  const steps = sync(system([]));
  assert.equal(
    steps.flatMap((step) => (step.kind === 'keep-file' ? [[step.from, step.digest]] : [])),
    files.map(({ on, path, stamp }) => [{ on, path }, digestOf(stamp)]),
  );
  const record = steps.flatMap((step) =>
    step.kind === 'set-kernels' && step.path === '@b' ? [step.kernels?.kernels[release]] : [],
  )[0];
  assert.equal(record?.image, { size, digest: digestOf('image1'), made: 'image1' });
  assert.equal(record?.initrd, { size, digest: digestOf('initrd1'), made: 'initrd1' });
});

test('are not read again when they are recorded', () => {
  const observation = system(['image1', 'initrd1'], {
    image: { size, digest: digestOf('image1'), made: 'image1' },
    initrd: { size, digest: digestOf('initrd1'), made: 'initrd1' },
  });
  assert.equal(listUndigested(observation, false), []);
  assert.equal(
    sync(observation).filter(
      (step) => step.kind === 'keep-file' || (step.kind === 'set-kernels' && step.path === '@b'),
    ),
    [],
  );
});

test('do not replace what the environment got later, while it ran', () => {
  const observation = system(['image1', 'initrd1', 'initrd2'], {
    image: { size, digest: digestOf('image1'), made: 'image1' },
    initrd: { size, stamp: 'initrd2', digest: digestOf('initrd2'), made: 'initrd1' },
  });
  const menu = sync(observation).find((step) => step.kind === 'write-file' && step.path === 'grub2/be-hook.cfg');
  const text = menu?.kind === 'write-file' ? menu.text : '';
  assert.match(text, keptPlace('initramfs', release, digestOf('initrd2')).path);
  assert.not.match(text, keptPlace('initramfs', release, digestOf('initrd1')).path);
});

test('replace what is recorded when another job makes them again', () => {
  const observation = system(['image1', 'initrd0'], {
    image: { size, digest: digestOf('image1'), made: 'image1' },
    initrd: { size, digest: digestOf('initrd0'), made: 'initrd0' },
  });
  const from = sync(observation).flatMap((step) => (step.kind === 'keep-file' ? [step.from.path] : []));
  assert.equal(from, [`${upper}/initramfs-${release}.img`]);
});

test.run();
