import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { tool } from '../support/guest/tool.ts';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import { eventually, outcomeOf, startHanging, startUpgrade, waits } from '../support/running-upgrade.ts';
import { mountsElsewhere } from '../support/seen-mounts.ts';

const test = suite('an upgrade and concurrent commands');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const app = (version: string, scriptlets = '') => {
  return { name: 'app', version, files: ['/usr/share/app/version'], scriptlets };
};

async function listed({ fs }: PackageSystem): Promise<readonly string[]> {
  return (await listOf(fs.top)).map(({ name, flags, state }) => `${name} ${flags} ${state ?? 'complete'}`).sort();
}

/** A second upgrade or run is refused before be-hook copies anything for it. */
async function refusesAnother(system: PackageSystem): Promise<void> {
  const before = await listed(system);
  for (const words of [['upgrade'], ['run', '--', 'true']]) {
    const [verb = '', ...rest] = words;
    const ran = await beHook(verb, '--filesystem', system.fs.top, ...rest);
    assert.is(ran.status, 75, ran.stderr);
    assert.match(ran.stderr, /^be-hook: another upgrade or run is in progress on this file system[^\n]*\n$/);
  }
  assert.equal(await listed(system), before);
}

test('keeps its copy between its stages while other commands run', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, offer, installed } = system;
    await offer([app('2', `%post\n${waits}`)]);
    const { pid, ended } = await startHanging(system, 'be1-2');
    await refusesAnother(system);

    // The package manager ends while be-hook is stopped.
    process.kill(pid, 'SIGSTOP');
    await writeFile(join(fs.top, 'be-hook/be1-2/root/go'), '');
    await eventually(async () => (await mountsElsewhere(fs)).length === 0, 'the package manager ended');

    await refusesAnother(system);
    assert.is(await outcomeOf(system, 'be1-2'), 'it is still being upgraded');
    const destroyed = await beHook('destroy', '-F', 'be1-2', '--filesystem', fs.top);
    assert.is(destroyed.status, 5, destroyed.stderr);
    for (const words of [['sync'], ['prune'], ['create', 'other', '-e', 'be1'], ['destroy', '-F', 'other']])
      await beHookOk(...words, '--filesystem', fs.top);
    assert.equal(await listed(system), ['be1 R complete', 'be1-2  upgrading']);
    process.kill(pid, 'SIGCONT');

    const { exitCode, stderr } = await ended();
    assert.is(exitCode, 0, stderr);
    assert.equal(await listed(system), ['be1  complete', 'be1-2 R complete']);
    assert.equal(await installed(join(fs.top, 'be-hook/be1-2/root')), ['app-2']);
    await crossCheck(fs, ['@be1/boot/grub', 'be-hook/be1-2/root/boot/grub']);
  });
});

test('excludes other upgrades already during its download', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, root, offer } = system;
    await copyFile(join(root, 'usr/bin/dnf5'), join(root, 'usr/bin/dnf5.real'));
    // A marker file in the directory that both sides see during the download.
    const place = '/run/be-hook/packages';
    const script = `case "$*" in *--downloadonly) touch ${place}/hanging; until [ -e ${place}/go ]; do sleep 0.1; done ;; esac`;
    await writeFile(join(root, 'usr/bin/dnf5'), `#!/bin/bash\n${script}\nexec dnf5.real "$@"\n`);
    await offer([app('2')]);
    const { ended } = startUpgrade(system);
    const cache = join(fs.top, 'be-hook/.packages');
    const isThere = (): boolean => existsSync(join(cache, 'hanging'));
    await eventually(isThere, 'the download began');

    await refusesAnother(system);

    await tool('touch', [join(cache, 'go')]);
    const { exitCode, stderr } = await ended();
    assert.is(exitCode, 0, stderr);
    assert.equal(await listed(system), ['be1  complete', 'be1-2 R complete']);
  });
});

test.run();
