import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf, menuOf } from '../support/program.ts';

const test = suite('an upgrade that cannot make an initramfs');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

/** A kernel package whose only scriptlet calls kernel-install, like the kernel of Fedora. */
const kernel = (release: string) => {
  const image = `/usr/lib/modules/${release}/vmlinuz`;
  return {
    name: 'kernel-core',
    version: release.replace('-', '.'),
    files: [image],
    scriptlets: `%posttrans\n/bin/kernel-install add ${release} ${image} || exit $?`,
  };
};

/** Upgrades to a kernel. The upgrade must fail with this reason, and must not change the menu and the default. */
async function upgradeFails({ fs, root }: PackageSystem, name: string, reason: RegExp): Promise<void> {
  const menu = join(root, 'boot/grub/be-hook.cfg');
  const before = await readFile(menu, 'utf8');
  const { status, stderr } = await beHook('upgrade', '--name', name, '--filesystem', fs.top);
  assert.is(status, 79, stderr);
  const text = await beHookOk('diagnose', name, '--filesystem', fs.top);
  assert.match(text, /^ {2}%posttrans\S* of kernel-core-6\S* failed with status [13]$/m);
  assert.match(text, reason);
  assert.is(await readFile(menu, 'utf8'), before);
  assert.equal(
    (await listOf(fs.top)).map((listed) => `${listed.name} ${listed.flags} ${listed.state ?? 'complete'}`).sort(),
    ['be1 R complete', `${name}  failed`],
  );
  assert.ok((await menuOf(fs.top)).entries.every(({ be }) => be === 'be1'));
  await beHookOk('destroy', '-F', name, '--filesystem', fs.top);
}

test('fails with a plugin of kernel-install or dracut, and shows the output', async () => {
  await withPackageSystem([{ ...kernel('6.1.0-1'), scriptlets: '' }], async (system) => {
    const { root, offer } = system;
    await offer([kernel('6.2.0-1')]);
    const plugin = join(root, 'etc/kernel/install.d/50-dracut.install');
    const settings = join(root, 'etc/dracut.conf.d');
    for (const directory of [join(plugin, '..'), settings]) await mkdir(directory, { recursive: true });
    await writeFile(join(settings, 'broken.conf'), 'tmpdir=/nowhere\n');
    await upgradeFails(system, 'with-dracut', /dracut\[F\]: .*\/nowhere/);

    const script = '[ "$1" = add ] || exit 0\necho "no initramfs for $2"\nexit 3\n';
    await writeFile(plugin, `#!/bin/sh\n${script}`, { mode: 0o755 });
    await upgradeFails(system, 'with-plugin', /no initramfs for 6\.2\.0-1$/m);
  });
});

test.run();
