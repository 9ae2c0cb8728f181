import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { printUpgradeReport } from '../../lib/formats/upgrade-report.ts';
import { withHookMachine } from '../support/hook-machine.ts';
import { projectFile } from '../support/rpm/project-file.ts';

const test = suite('tell-drift, the program of be-hook-drift.service');

const path = fileURLToPath(new URL('../../packaging/systemd/tell-drift', import.meta.url));

interface Listed {
  readonly name: string;
  readonly subvolume: { readonly uuid: string };
}

/** The report of an upgrade in a copy. A real upgrade is not possible here, because the copy has no programs. */
const keep = `
root=$(be-hook mount next) place=$root/usr/lib/sysimage/be-hook
mkdir -p "$place" && printf %s "$1" >"$place/report" && cp -a "$root/etc" "$place/etc-before" &&
  cp -a /etc/fstab "$place/etc-before" && be-hook umount next
`;

/** The view, the privileges and the capabilities that systemd leaves to the program of be-hook-drift.service. */
const confined = `
mount --make-rslave /
for place in /usr /boot /etc /home /proc/sys; do
  [ -d "$place" ] || continue
  mount --rbind "$place" "$place" && mount -o remount,bind,ro "$place"
done
mount -t tmpfs tmpfs /tmp
exec setpriv --no-new-privs --bounding-set "$1" -- sh -c "$2"
`;

test('prints what the next copy lacks, and nothing without such a copy', async () => {
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

    const unit = projectFile('packaging/systemd/be-hook-drift.service');
    const denied = [...unit.matchAll(/^CapabilityBoundingSet=~(.*)$/gm)].flatMap(([, names = '']) => names.split(' '));
    const without = denied.map((name) => name.toLowerCase().replace('cap_', '-')).join(',');
    const inside = await machine.run(['unshare', '--mount', 'sh', '-euc', confined, 'sh', without, script]);
    assert.equal(inside, { status, stdout, stderr }, 'and so it does within the limits of its unit');
  });
});

test.run();
