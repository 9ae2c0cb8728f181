import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyPlace, releases, withCloudMachine } from '../support/cloud-machine.ts';
import { firstSnapshot } from '../support/distributions/opensuse-snapshot-booting.ts';
import { plantAll, readDoctor } from '../support/faults/examine.ts';
import { edit, type Fault, remove, zero } from '../support/faults/plant.ts';
import { beHook } from '../support/program.ts';
import { defaultOf, rollBackWithSnapper, suseRelease, withSuse } from '../support/suse-machine.ts';

const test = suite('doctor on machines of distributions');

test('finds faults where /boot is a subvolume', async () => {
  const { root, boot } = copyPlace('next');
  const faults: readonly Fault[] = [
    { title: 'an image of zeros', check: 'kernel-content', of: 'next', plant: zero(`${boot}/vmlinuz-${releases[0]}`) },
    { title: 'no kernel', check: 'menu-files', of: 'next', plant: remove(`${boot}/vmlinuz-${releases[0]}`) },
    {
      title: 'the /boot of another environment',
      check: 'layout',
      of: null,
      plant: edit(`${root}/etc/fstab`, (text) => text.replace(new RegExp(`subvol=/?${boot}`), 'subvol=boot')),
    },
    { title: 'a missing menu', check: 'menu-current', of: null, plant: remove('boot/grub2/be-hook.cfg') },
  ];
  await withCloudMachine(async (machine) => {
    await machine.beHook('setup', '--yes');
    await machine.beHook('create', 'next');
    const examine = async () => readDoctor(await machine.run(['be-hook', 'doctor', '--json']));

    assert.equal((await examine()).findings, []);
    assert.equal(await plantAll(machine.fs.top, faults, examine), []);
  });
});

test('finds faults where the default subvolume chooses what boots, and a choice of snapper', async () => {
  const modules = `${firstSnapshot}/usr/lib/modules/${suseRelease}`;
  const faults: readonly Fault[] = [
    { title: 'no modules', check: 'kernels', of: 'leap', plant: remove(modules) },
    {
      title: 'a missing menu',
      check: 'menu-current',
      of: null,
      plant: remove(`${firstSnapshot}/boot/grub2/be-hook.cfg`),
    },
  ];
  await withSuse(async (fs) => {
    const examine = async () => readDoctor(await beHook('doctor', '--json', '--filesystem', fs.top));

    assert.equal((await examine()).findings, []);
    assert.equal(await plantAll(fs.top, faults, examine), []);
    await rollBackWithSnapper(fs, await defaultOf(fs), 2);
    const { findings } = await examine();
    assert.ok(
      findings.some(({ check }) => check === 'menu-current'),
      JSON.stringify(findings),
    );
    await beHook('sync', '--filesystem', fs.top);
    assert.equal((await examine()).findings, []);
  });
});

test.run();
