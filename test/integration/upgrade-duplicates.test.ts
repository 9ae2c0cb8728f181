import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needTool } from '../support/need-tool.ts';
import { withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, type Ran } from '../support/program.ts';
import type { TestPackage } from '../support/rpm/build.ts';

const test = suite('packages that are installed twice');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

/** Packages by name, and why dnf or zypper keep several versions of them. */
const beside: Readonly<Record<string, string>> = {
  'my-image': 'installonlypkg(kernel)',
  'my-module': 'installonlypkg(kernel-module)',
  'my-machine': 'installonlypkg(vm)',
  'my-default': 'multiversion(kernel)',
};
const once = ['kernel-tools', 'kernel-headers', 'kmod', 'kmod-libs'];
const all = [...once, ...Object.keys(beside)];

const packagesOf = (version: string): readonly TestPackage[] =>
  all.map((name) => ({
    name,
    version,
    files: [`/usr/share/${name}-${version}`],
    head: beside[name] === undefined ? '' : `Provides: ${beside[name]}`,
  }));

test('are failures unless their Provides permit it, whatever their names', async () => {
  await withPackageSystem(packagesOf('1'), async ({ fs, offer }) => {
    await offer(packagesOf('2'));
    const install = async (names: readonly string[]): Promise<Ran> => {
      const files = names.map((name) => `/srv/repo/${name}-2-1.noarch.rpm`);
      const rpm = ['rpm', '--install', '--force', '--nodeps', ...files];
      return await beHook('run', '--filesystem', fs.top, '--no-activate', '--name', 'x', '--', ...rpm);
    };
    const failed = await install(all);
    assert.is(failed.status, 79, failed.stderr);
    const { findings } = JSON.parse(await beHookOk('diagnose', 'x', '--json', '--filesystem', fs.top)) as {
      readonly findings: readonly { readonly kind: string; readonly name: string }[];
    };
    const found = findings.filter(({ kind }) => kind === 'duplicate').map(({ name }) => name);
    assert.equal(found.sort(), [...once].sort());
    await beHookOk('destroy', '-F', 'x', '--filesystem', fs.top);
    const allowed = await install(Object.keys(beside));
    assert.is(allowed.status, 0, allowed.stderr);
  });
});

test.run();
