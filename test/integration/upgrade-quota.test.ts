import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';

const test = suite('an upgrade under a quota');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const app = (version: string) => ({ name: 'app', version, files: ['/usr/share/app/version'] });

/** Enables quotas and puts the system into a group, like an administrator who limits several subvolumes together. */
async function enableQuotas({ fs, root }: PackageSystem): Promise<void> {
  const id = (await tool('btrfs', ['inspect-internal', 'rootid', root])).trim();
  await tool('btrfs', ['quota', 'enable', fs.top]);
  await tool('btrfs', ['qgroup', 'create', '1/100', fs.top]);
  await tool('btrfs', ['qgroup', 'assign', '--no-rescan', `0/${id}`, '1/100', fs.top]);
  await tool('btrfs', ['quota', 'rescan', '-w', fs.top]);
}

/** Limits the group to its present size. */
async function exhaust({ fs }: PackageSystem): Promise<void> {
  const text = await tool('btrfs', ['qgroup', 'show', '--raw', fs.top]);
  const [, used = ''] = /^1\/100 +(\d+)/m.exec(text) ?? [];
  await tool('btrfs', ['qgroup', 'limit', used, '1/100', fs.top]);
}

test('keeps the copy out of the menu if the system cannot be written', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, root, offer, installed } = system;
    await offer([app('2')]);
    await enableQuotas(system);
    await exhaust(system);
    const menu = join(root, 'boot/grub/be-hook.cfg');
    const before = await readFile(menu, 'utf8');

    const { status, stderr } = await beHook('upgrade', '--filesystem', fs.top);

    assert.is(status, 73, stderr);
    assert.match(stderr, /cannot write \/@be1\/boot\/grub\/.*: no space left.*quota/);
    assert.is(await readFile(menu, 'utf8'), before);
    assert.equal((await listOf(fs.top)).map(({ name, flags }) => `${name} ${flags}`).sort(), ['be1 R', 'be1-2 ']);
    const text = await beHookOk('diagnose', 'be1-2', '--filesystem', fs.top);
    assert.match(text, /^Outcome: +failed when it was to be put into the menu$/m);

    await tool('btrfs', ['qgroup', 'limit', 'none', '1/100', fs.top]);
    await beHookOk('upgrade', '--filesystem', fs.top);
    assert.equal(await installed(join(fs.top, 'be-hook/be1-3/root')), ['app-2']);
  });
});

test.run();
