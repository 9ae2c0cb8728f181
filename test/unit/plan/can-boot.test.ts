import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { InitFacts, InitFault } from '../../../lib/model/init.ts';
import { isProblem } from '../../../lib/model/problem.ts';
import { describeProblem } from '../../../lib/model/problem-text.ts';
import { planActivate } from '../../../lib/plan/activate.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aSystem, filesystemUuid, type SystemBuilder, textFile } from '../../support/builders.ts';

const test = suite('the boot check of an environment');

const own = `UUID=${filesystemUuid}`;
/** Two environments. The tests activate `b`, in /@b with the id 257. */
const twoWith = (change: Parameters<SystemBuilder['with']>[0]): SystemBuilder =>
  aSystem().withBe('a').withKernel('6.1').active().withBe('b').withKernel('6.1').with(change);

const answerOf = (system: SystemBuilder): string => {
  const answer = planActivate(worldOf(system.observation(), grub), 'b');
  return isProblem(answer) ? describeProblem(answer).message : 'planned';
};
const withFstab = (...lines: readonly string[]): SystemBuilder =>
  twoWith(({ fstab }) => ({ fstab: textFile(fstab.path, lines.join('\n')) }));

const withInit = (
  faults: Readonly<Record<string, InitFault | undefined>>,
  change: Partial<InitFacts> = {},
): SystemBuilder =>
  twoWith({
    init: { hasPlace: true, candidates: Object.entries(faults).map(([path, fault]) => ({ path, fault })), ...change },
  });
const noInit = {
  '/sbin/init': 'dangling',
  '/usr/lib/systemd/systemd': 'empty',
  '/lib/systemd/systemd': 'missing',
} as const;

test('accepts every fstab line for / that names the environment', () => {
  for (const line of [
    '',
    `${own} / btrfs defaults 0 0`,
    `${own} / btrfs subvol=@b,subvolid=9999 0 0`,
    `UUID="${filesystemUuid}" / auto subvol=/@b 0 0`,
    `${own} / btrfs subvolid=257 0 0`,
    '/dev/sdx9 / btrfs subvol=@b 0 0',
    'none / btrfs defaults 0 0',
    'PARTUUID=1 / btrfs subvol=@b 0 0',
    `${own} / btrfs subvol=@b 0 0\n${own} /mnt/top btrfs subvolid=5 0 0\n${own} /a btrfs subvol=@a,subvolid=256 0 0`,
  ])
    assert.is(answerOf(withFstab(line)), 'planned', line);
});

test('refuses an fstab line for / that names another root', () => {
  for (const [line, why] of [
    ['UUID=deadbeef / btrfs subvol=@b 0 0', 'mounts / from UUID=deadbeef, which is another file system'],
    ['LABEL=other / btrfs subvol=@b 0 0', 'mounts / from LABEL=other, which is another file system'],
    [
      '/dev/disk/by-uuid/dead-beef / ext4 defaults 0 0',
      'mounts / from /dev/disk/by-uuid/dead-beef, which is another file system',
    ],
    [`${own} / btrfs subvol=sys 0 0`, 'mounts / from the subvolume “sys”, which is another one'],
    [`${own} / btrfs subvol=/@a 0 0`, 'mounts / from the subvolume “@a”, which is another one'],
    [`${own} / btrfs subvolid=256 0 0`, 'mounts / from the subvolume with id 256, which is another one'],
    [`${own} / btrfs subvol=,noatime 0 0`, 'has the option “subvol=”, which mount(8) refuses'],
    [`${own} / ext4 defaults 0 0`, 'mounts / as ext4, but it is btrfs'],
  ] as const)
    assert.is(answerOf(withFstab('# made by hand', line)), `cannot boot “b”: line 2 of its fstab ${why}`, line);
});

test('refuses fstab lines that mount(8) rejects, unless they are optional', () => {
  for (const [options, why] of [
    ['subvol=,noatime', 'has the option “subvol=”, which mount(8) refuses'],
    ['subvolid=abc', 'has the option “subvolid=abc”, which mount(8) refuses'],
    ['subvol=nix', 'mounts the subvolume “nix”, which does not exist'],
    ['subvolid=300', 'mounts the subvolume with id 300, which does not exist'],
    ['subvol=@a,subvolid=300', 'mounts the subvolume “@a” with the id 300, but its id is 256'],
  ] as const) {
    assert.is(answerOf(withFstab(`${own} /data btrfs ${options} 0 0`)), `cannot boot “b”: line 1 of its fstab ${why}`);
    for (const optional of ['noauto', 'nofail', 'x-systemd.automount'])
      assert.is(answerOf(withFstab(`${own} /data btrfs ${options},${optional} 0 0`)), 'planned');
    assert.is(answerOf(withFstab(`UUID=dead-beef /data btrfs ${options} 0 0`)), 'planned', 'another file system');
  }
});

test('refuses a root without an init, and names the fault of each path', () => {
  assert.is(
    answerOf(withInit(noInit)),
    'cannot boot “b”: it has no init: /sbin/init leads to a file that does not exist in it, /usr/lib/systemd/systemd is empty, /lib/systemd/systemd is missing',
  );
  assert.is(answerOf(withInit({ ...noInit, '/usr/lib/systemd/systemd': undefined })), 'planned');
});

test('uses init= of the command line if there is one', () => {
  const withLine = (line: string, fault: InitFault | undefined): string =>
    answerOf(
      withInit({ ...noInit, '/bin/my': fault }).with(({ commandLine }) => ({
        commandLine: textFile(commandLine.path, line),
      })),
    );
  assert.is(withLine('quiet init=/bin/my', undefined), 'planned');
  assert.match(withLine('quiet init=/bin/my', 'not-executable'), '/bin/my is not executable');
  assert.match(withLine('init=/bin/my init=', undefined), 'it has no init', 'an empty one does not count');
});

test('does not check an init on another file system', () => {
  assert.is(answerOf(withInit(noInit, { hasPlace: false })), 'planned');
  assert.is(answerOf(withInit({ ...noInit, '/sbin/init': 'placeholder' })), 'planned');
  const usr = (line: string): SystemBuilder =>
    withInit(noInit).with(({ fstab }) => ({ fstab: textFile(fstab.path, line) }));
  assert.is(answerOf(usr('UUID=1 /usr ext4 defaults 0 0')), 'planned');
  assert.match(answerOf(usr('UUID=1 /usr/local ext4 defaults 0 0')), 'it has no init');
});

test('reports that an environment without kernels cannot boot', () => {
  const bare = aSystem().withBe('a').withKernel('6.1').active().withBe('b');
  assert.match(answerOf(bare), /^cannot boot “b”: it has no complete kernel/);
});

test.run();
