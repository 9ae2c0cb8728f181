import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { needTool } from '../support/need-tool.ts';
import { withPackageSystem } from '../support/package-system.ts';
import { beHookOk, listOf } from '../support/program.ts';
import { eventually, outcomeOf, startHanging, waits } from '../support/running-upgrade.ts';
import { mountsElsewhere, mountsHere } from '../support/seen-mounts.ts';

const test = suite('an upgrade that is interrupted');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const app = (version: string, scriptlets = '') => {
  return { name: 'app', version, files: ['/usr/share/app/version'], scriptlets };
};

test('by SIGKILL leaves no process or mount, and the next one makes a new copy', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, offer, installed } = system;
    await offer([app('2', `%post\n${waits}`)]);
    const { pid, ended } = await startHanging(system, 'be1-2');
    assert.is(await outcomeOf(system, 'be1-2'), 'it is still being upgraded');

    process.kill(pid, 'SIGKILL');
    await ended();

    await eventually(async () => (await mountsElsewhere(fs)).length === 0, 'its mounts are gone');
    assert.equal(await mountsHere(fs), []);
    assert.match(await outcomeOf(system, 'be1-2'), /^interrupted: .* never resumed$/);
    await offer([app('2')]);
    await beHookOk('upgrade', '--filesystem', fs.top);
    const found = (await listOf(fs.top)).map(({ name, flags, kernels }) => `${name} ${flags} ${kernels.length}`);
    assert.equal(found.sort(), ['be1  1', 'be1-2  1', 'be1-3 R 1']);
    assert.match(await outcomeOf(system, 'be1-2'), /^interrupted: /);
    assert.equal(await installed(), ['app-1']);
    assert.equal(await installed(join(fs.top, 'be-hook/be1-3/root')), ['app-2']);
    await crossCheck(fs, ['@be1/boot/grub', 'be-hook/be1-3/root/boot/grub']);
    await beHookOk('destroy', '-F', 'be1-2', '--filesystem', fs.top);
  });
});

test('by Ctrl-C ends the package manager and keeps the copy as evidence', async () => {
  await withPackageSystem([app('1')], async (system) => {
    await system.offer([app('2', `%post\n${waits}`)]);
    const { pid, ended } = await startHanging(system, 'be1-2');

    process.kill(-pid, 'SIGINT');

    const { exitCode, stderr } = await ended();
    assert.is(exitCode, 79, stderr);
    assert.is(await outcomeOf(system, 'be1-2'), 'failed while packages were changed');
    assert.equal((await listOf(system.fs.top)).map(({ name, flags }) => `${name} ${flags}`).sort(), [
      'be1 R',
      'be1-2 ',
    ]);
  });
});

test.run();
