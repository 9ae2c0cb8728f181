import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { grub } from '../../../lib/bootloaders/grub/backend.ts';
import type { Finding } from '../../../lib/model/upgrade.ts';
import { hidingMountpoints, isNothing } from '../../../lib/plan/job.ts';
import { findMistake } from '../../../lib/plan/judge.ts';
import { readPackageFacts } from '../../../lib/plan/package-manager.ts';
import { worldOf } from '../../../lib/plan/world.ts';
import { aSystem, filesystemUuid, textFile, uuidOf } from '../../support/builders.ts';

const scriptlet: Finding = { kind: 'scriptlet', scriptlet: '%post', package: 'x', status: 1 };
const early: Finding = { ...scriptlet, scriptlet: '%pre' };
const command: Finding = { kind: 'command', status: 1 };
const hook: Finding = { kind: 'hook', path: '/etc/be-hook/post-upgrade.d/x', status: 3 };
const skipped: Finding = { kind: 'skipped' };

const test = suite('a job in a copy');

test('reports the first mistake that is not tolerated', () => {
  assert.is(findMistake([skipped, scriptlet, command], false), scriptlet);
  assert.is(findMistake([skipped, scriptlet, command], true), undefined);
  assert.is(findMistake([scriptlet, command, hook], true), hook);
  assert.is(findMistake([early], true), early);
  assert.is(findMistake([command], true), command);
  assert.is(findMistake([skipped], false), undefined);
});

test('did nothing only if no package changed and no mistake was found', () => {
  const packages = { added: [], removed: [], changed: [] };
  const change = { name: 'x', arch: 'noarch', from: '1-1', to: '2-1' };

  assert.is(isNothing({ findings: [skipped], packages }), true);
  assert.is(isNothing({ findings: [scriptlet], packages }), false);
  assert.is(isNothing({ findings: [], packages: undefined }), false);
  assert.is(isNothing({ findings: [], packages: { ...packages, changed: [change] } }), false);
});

test('is affected by shared volumes, not by the own volumes of the copy', () => {
  const line = (mountpoint: string, name: string): string =>
    `UUID=${filesystemUuid} ${mountpoint} btrfs subvol=${name} 0 0\n`;
  const volume = (id: number, path: string) => ({ id, uuid: uuidOf(id), parentUuid: undefined, path, generation: 7 });
  const observation = aSystem()
    .withBe('a')
    .with({ fstab: textFile('@a/etc/fstab', line('/', '@a') + line('/home', 'home') + line('/var', 'var')) })
    .observation();
  const subvolumes = [...observation.subvolumes, volume(301, 'home'), volume(302, 'var')];
  const attributes = [{ path: 'var', name: 'volume', value: 'cloned' }];

  assert.equal(hidingMountpoints(worldOf({ ...observation, subvolumes, attributes }, grub), '@a'), ['/home']);
  assert.equal(hidingMountpoints(worldOf({ ...observation, subvolumes, attributes }, grub), '@b'), []);
});

test('reads the path of the rpm database and the installed package managers', () => {
  assert.equal(readPackageFacts('/usr/lib/sysimage/rpm\n/usr/bin/x\ndnf5\nzypper\n'), {
    managers: ['dnf5', 'zypper'],
    database: '/usr/lib/sysimage/rpm',
  });
  assert.equal(readPackageFacts('\ndnf-3\n'), { managers: ['dnf4'], database: undefined });
  assert.equal(readPackageFacts('\nconstructor\n'), { managers: [], database: undefined });
});

test.run();
