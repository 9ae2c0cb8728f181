import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ownGrubCfg } from '../../../../lib/bootloaders/grub/hand-over.ts';
import { planRefresh } from '../../../../lib/bootloaders/grub/refresh-plan.ts';
import {
  aSystem,
  bootFile,
  distributionGrubCfg,
  noFile,
  type SystemBuilder,
  textFile,
} from '../../../support/builders.ts';

const grubCfg = '@a/boot/grub2/grub.cfg';
const running = aSystem().withBe('a').withKernel('6.1', '6.2').running();
const refreshed = (system: SystemBuilder): readonly string[] =>
  planRefresh(system.state()).map((step) => (step.kind === 'refresh-distribution-menu' ? step.path : step.kind));

const test = suite("planRefresh of the distribution's menu");

test('refreshes the menu when it lacks a kernel', () => {
  assert.equal(refreshed(running.withGrubCfg(distributionGrubCfg('vmlinuz-6.1'))), [grubCfg]);
});

test('refreshes the menu when it boots a deleted kernel', () => {
  assert.equal(refreshed(running.withGrubCfg(distributionGrubCfg('vmlinuz-6.0', 'vmlinuz-6.1', 'vmlinuz-6.2'))), [
    grubCfg,
  ]);
});

/** openSUSE's form: /boot/vmlinuz-X is a link into /usr/lib/modules, which has the image. */
const suse = ['6.1', '6.2'].reduce((system, release) => {
  const target = `@a/usr/lib/modules/${release}/vmlinuz`;
  return system
    .withBootFile(`vmlinuz-${release}`, { target })
    .withBootFile(`initrd-${release}`)
    .with((root) => ({
      moduleReleases: [...root.moduleReleases, release],
      moduleImages: [...root.moduleImages, bootFile(target)],
    }));
}, aSystem().withBe('a').running());

test('identifies a kernel that is a link into /usr/lib/modules by the name of the link', () => {
  assert.equal(refreshed(suse.withGrubCfg(distributionGrubCfg('vmlinuz-6.1', 'vmlinuz-6.2'))), []);
  assert.equal(refreshed(suse.withGrubCfg(distributionGrubCfg('vmlinuz-6.1'))), [grubCfg]);
  assert.equal(refreshed(suse.withGrubCfg(distributionGrubCfg('vmlinuz-6.0', 'vmlinuz-6.1', 'vmlinuz-6.2'))), [
    grubCfg,
  ]);
});

const upToDate = distributionGrubCfg('vmlinuz-6.1', 'vmlinuz-6.2');
const stale = running.withGrubCfg(distributionGrubCfg('vmlinuz-6.1'));
const cases: readonly (readonly [string, SystemBuilder])[] = [
  ['the menu has exactly the kernels on disk', running.withGrubCfg(upToDate)],
  ['its entries come from BLS snippets', running.withGrubCfg('insmod blscfg\nblscfg\n')],
  ['grub.cfg has no entries', running.withGrubCfg('set timeout=5\n')],
  ['be-hook made grub.cfg', running.withGrubCfg(ownGrubCfg())],
  ['there is no grub.cfg', running.withHome({ grubCfg: noFile(grubCfg) })],
  ['there is no menu generator', stale.withGrubMachine({ mkconfig: undefined })],
  ['be-hook.conf has “distribution-menu = leave”', stale.with({ config: textFile('x', 'distribution-menu = leave') })],
  ['the menu lacks only a rescue kernel', running.withKernel('0-rescue-abc').withGrubCfg(upToDate)],
  [
    'only the menu of another environment is outdated',
    running.withGrubCfg(upToDate).withBe('b').withGrubCfg(distributionGrubCfg('vmlinuz-5')),
  ],
  [
    'no environment of the file system is running',
    aSystem().withBe('a').withKernel('6.1').withGrubCfg(distributionGrubCfg('vmlinuz-5')),
  ],
];
for (const [when, system] of cases) {
  test(`does nothing when ${when}`, () => {
    assert.equal(refreshed(system), []);
  });
}

test('ignores a kernel that is only in the modules directory', () => {
  const image = {
    name: 'vmlinuz',
    on: 'root',
    path: '@a/usr/lib/modules/6.3/vmlinuz',
    target: '@a/usr/lib/modules/6.3/vmlinuz',
    size: 1,
    fault: undefined,
  } as const;
  const initrd = {
    ...image,
    name: 'initrd',
    path: image.path.replace('vmlinuz', 'initrd'),
    target: image.path.replace('vmlinuz', 'initrd'),
  };
  const system = running
    .withGrubCfg(upToDate)
    .with({ moduleImages: [image, initrd], moduleReleases: ['6.1', '6.2', '6.3'] });

  assert.is(system.state().environments[0]?.kernels.length, 3);
  assert.equal(refreshed(system), []);
});

test.run();
