import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { crossCheck } from '../support/cross-check.ts';
import { needTool } from '../support/need-tool.ts';
import { type PackageSystem, withPackageSystem } from '../support/package-system.ts';
import { beHookOk, listOf, programPath } from '../support/program.ts';
import { mountsElsewhere, mountsHere } from '../support/seen-mounts.ts';

const test = suite('an upgrade that is interrupted');

test.before(() => needTool('mmdebstrap', 'rpmbuild', 'createrepo_c'));

const app = (version: string, scriptlets = '') => {
  return { name: 'app', version, files: ['/usr/share/app/version'], scriptlets };
};

async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50)))
    if (await condition()) return;
  throw new Error(`${what}: not within a minute`);
}

interface Started {
  readonly pid: number;
  readonly ended: () => PromiseLike<{ readonly exitCode?: number; readonly stderr: string }>;
}

/** Starts an upgrade in a process group of its own, and waits until the scriptlet that hangs has begun. */
async function start({ fs }: PackageSystem, copy: string): Promise<Started> {
  const words = [programPath, 'upgrade', '--filesystem', fs.top];
  const running = execa(process.execPath, words, { detached: true, reject: false, stdin: 'ignore' });
  await eventually(() => existsSync(join(fs.top, `be-hook/${copy}/root/hanging`)), 'the scriptlet began');
  return { pid: running.pid ?? 0, ended: () => running };
}

const hangs = '%post\ntouch /hanging\nsleep 300';

async function outcome({ fs }: PackageSystem, name: string): Promise<string> {
  const text = await beHookOk('diagnose', name, '--filesystem', fs.top);
  return /^Outcome: +(.*)$/m.exec(text)?.[1] ?? '';
}

test('killed: nothing of it runs on or is mounted, the copy is never resumed, and the next upgrade makes its own', async () => {
  await withPackageSystem([app('1')], async (system) => {
    const { fs, offer, installed } = system;
    await offer([app('2', hangs)]);
    const { pid, ended } = await start(system, 'be1-2');
    assert.is(await outcome(system, 'be1-2'), 'it is still being upgraded');

    process.kill(pid, 'SIGKILL');
    await ended();

    await eventually(async () => (await mountsElsewhere(fs)).length === 0, 'its mounts are gone');
    assert.equal(await mountsHere(fs), []);
    assert.match(await outcome(system, 'be1-2'), /^interrupted: .* never resumed$/);
    await offer([app('2')]);
    await beHookOk('upgrade', '--filesystem', fs.top);
    const found = (await listOf(fs.top)).map(({ name, flags, kernels }) => `${name} ${flags} ${kernels.length}`);
    assert.equal(found.sort(), ['be1  1', 'be1-2  1', 'be1-3 R 1']);
    assert.match(await outcome(system, 'be1-2'), /^interrupted: /);
    assert.equal(await installed(), ['app-1']);
    assert.equal(await installed(join(fs.top, 'be-hook/be1-3/root')), ['app-2']);
    await crossCheck(fs, ['@be1/boot/grub', 'be-hook/be1-3/root/boot/grub']);
    await beHookOk('destroy', '-F', 'be1-2', '--filesystem', fs.top);
  });
});

test('Ctrl-C ends the package manager, and the copy is evidence', async () => {
  await withPackageSystem([app('1')], async (system) => {
    await system.offer([app('2', hangs)]);
    const { pid, ended } = await start(system, 'be1-2');

    process.kill(-pid, 'SIGINT');

    const { exitCode, stderr } = await ended();
    assert.is(exitCode, 79, stderr);
    assert.is(await outcome(system, 'be1-2'), 'failed while packages were changed');
    assert.equal((await listOf(system.fs.top)).map(({ name, flags }) => `${name} ${flags}`).sort(), [
      'be1 R',
      'be1-2 ',
    ]);
  });
});

test.run();
