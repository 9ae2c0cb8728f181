import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeFedora43 } from '../support/fedora-kernel-install.ts';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';

const test = suite('an upgrade with a kernel where the plugin of Fedora 43 fails');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const kernel = (version: string, more = '') => {
  const release = `${version}-1.noarch`;
  const image = `/usr/lib/modules/${release}/vmlinuz`;
  const scriptlets = `%posttrans\n/bin/kernel-install add ${release} ${image} || exit $?\n${more}`;
  const files = [image, `/usr/lib/modules/${release}/modules.builtin`];
  return { name: 'kernel-core', version, files, scriptlets };
};
const release = '6.2.0-1.noarch';

async function withFedora(body: (system: PackageSystem) => Promise<void>): Promise<void> {
  await withPackageSystem([{ ...kernel('6.1.0'), scriptlets: '' }], async (system) => {
    await makeFedora43(system.root, system.fs.uuid, ['saved_entry=old', 'boot_success=1']);
    await beHookOk('sync', '--filesystem', system.fs.top);
    await system.offer([kernel('6.2.0')]);
    await body(system);
  });
}

const failed = (name: string, top: string): Promise<string> => beHookOk('diagnose', name, '--filesystem', top);

test('completes with a warning and boots the new kernel if that is complete', async () => {
  await withFedora(async ({ fs }) => {
    const { status, stderr } = await beHook('upgrade', '--name', 'next', '--filesystem', fs.top);
    assert.is(status, 0, stderr);
    assert.match(stderr, /warning: %posttrans of kernel-core-6\.2\.0-1\.noarch failed .*set-boot-entry/);
    assert.match(await failed('next', fs.top), `/be-hook/next/root/boot/initramfs-${release}.img not found`);
    assert.equal(
      (await listOf(fs.top)).map((listed) => `${listed.name} ${listed.flags} ${listed.state ?? 'complete'}`).sort(),
      ['be1  complete', 'next R complete'],
    );
    assert.is((await menuOf(fs.top)).default, `be-hook:next:${release}`);
    const grubenv = await readFile(join(fs.top, 'be-hook/next/root/boot/grub2/grubenv'), 'utf8');
    assert.match(grubenv, new RegExp(`^saved_entry=\\w{32}-${release}\\nboot_success=1\\n#+$`, 'm'));
    assert.not.match(grubenv, 'tmp_saved_entry');
  });
});

const harms: Readonly<Record<string, (root: string) => Promise<void>>> = {
  'its initramfs is missing': (root) =>
    writeFile(join(root, 'etc/kernel/install.d/50-dracut.install'), '#!/bin/sh\nexit 0\n'),
  'its boot loader entry is missing': (root) =>
    writeFile(
      join(root, 'etc/kernel/install.d/95-set-boot-entry.install'),
      '#!/bin/sh\nrm -f /boot/loader/entries/*-6.2.0-*.conf\nexit 1\n',
    ),
  'another plugin failed': (root) =>
    writeFile(join(root, 'etc/kernel/install.d/90-modules.install'), '#!/bin/sh\nexit 1\n', { mode: 0o755 }),
};

for (const [name, harm] of Object.entries(harms)) {
  test(`fails when ${name}`, async () => {
    await withFedora(async ({ fs, root }) => {
      await harm(root);
      const { status, stderr } = await beHook('upgrade', '--name', 'next', '--filesystem', fs.top);
      assert.is(status, 79, stderr);
      assert.match(await failed('next', fs.top), /^ {2}%posttrans\S* of kernel-core-6\.2\.0\S* failed with status 1$/m);
      assert.ok((await menuOf(fs.top)).entries.every(({ be }) => be === 'be1'));
    });
  });
}

test('fails when another package fails, too', async () => {
  await withFedora(async ({ fs, offer }) => {
    await offer([
      kernel('6.2.0'),
      {
        name: 'base',
        version: '2',
        files: ['/usr/share/base'],
        head: 'Provides: /bin/sh',
        scriptlets: '%posttrans\nexit 1',
      },
    ]);
    const { status, stderr } = await beHook('upgrade', '--name', 'next', '--filesystem', fs.top);
    assert.is(status, 79, stderr);
    assert.match(await failed('next', fs.top), /%posttrans\S* of base-2\S* failed/);
  });
});

test.run();
