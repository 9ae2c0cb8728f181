import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printUpgradeReport } from '../../lib/formats/upgrade-report.ts';
import { withHookMachine } from '../support/hook-machine.ts';

const test = suite('tell-drift, which be-hook-drift.service runs');

const path = fileURLToPath(new URL('../../packaging/systemd/tell-drift', import.meta.url));

interface Listed {
  readonly name: string;
  readonly subvolume: { readonly uuid: string };
}

/** What an upgrade leaves in a copy; one cannot be made here, for the copy has no programs of its own. */
const keep = `
root=$(be-hook mount next) place=$root/usr/lib/sysimage/be-hook
mkdir -p "$place" && printf %s "$1" >"$place/report" && cp -a "$root/etc" "$place/etc-before" &&
  cp -a /etc/fstab "$place/etc-before" && be-hook umount next
`;

test('tells what the copy that boots next lacks, and says nothing without such a copy', async () => {
  const script = await readFile(path, 'utf8');
  await withHookMachine(async (machine) => {
    const tell = ['sh', '-c', script];
    assert.equal(await machine.run(tell), { status: 0, stdout: '', stderr: '' });
    await machine.run(['be-hook', 'create', '--activate', 'next']);
    const { environments } = (await machine.json('list')) as { environments: readonly Listed[] };
    const uuid = environments.find(({ name }) => name === 'next')?.subvolume.uuid ?? '';
    const report = { uuid, source: 'be1', command: ['true'], began: 1, findings: [] };
    const kept = await machine.run([
      'sh',
      '-c',
      keep,
      'sh',
      printUpgradeReport({ ...report, stage: 'done', version: 1 }),
    ]);
    assert.is(kept.status, 0, kept.stderr);
    assert.equal(await machine.run(tell), { status: 0, stdout: '', stderr: '' });
    await machine.write('etc/mine', 'x\n');

    const { status, stdout, stderr } = await machine.run(tell);

    assert.is(status, 0, stderr);
    assert.match(stdout, /\/etc\/mine +added +can be carried over/);
    assert.match(stdout, 'be-hook activate --carry-over next');
  });
});

test.run();
