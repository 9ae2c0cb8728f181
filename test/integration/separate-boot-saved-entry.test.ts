import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBubble, rootOf } from '../support/bubble.ts';
import { addPrograms } from '../support/inner-system.ts';
import type { MenuData } from '../support/program.ts';
import { bootMachineId, type SeparateBootMachine, withSeparateBoot } from '../support/separate-boot.ts';

const [older, newer] = ['6.17.1-300.fc44.x86_64', '6.18.2-300.fc44.x86_64'];

const test = suite('the saved entry on a separate /boot');

/** Changes GRUB's default. Both releases have the same length, so that the file keeps its size of 1024 bytes. */
const save = (from: string, to: string): string => `sed -i "s/${from}/${to}/" /boot/grub2/grubenv`;

/** What the package of a kernel does. Fedora's 20-grub.install makes the new kernel the default (UPDATEDEFAULT=yes). */
const install = `
  set -e
  mkdir -p /usr/lib/modules/${newer}/kernel
  echo >/usr/lib/modules/${newer}/modules.dep
  for name in vmlinuz initramfs; do
    file=$name-${older}
    [ $name = vmlinuz ] || file=$file.img
    sed "s/${older}/${newer}/" "/boot/$file" >"/boot/$(echo "$file" | sed "s/${older}/${newer}/")"
  done
  entries=/boot/loader/entries/${bootMachineId}
  sed "s/${older}/${newer}/g" $entries-${older}.conf >$entries-${newer}.conf
`;

/** Runs a script in an environment as if the machine had booted it, and returns `ENVIRONMENT RELEASE` of the default. */
async function defaultAfter({ fs, boot }: SeparateBootMachine, subvolume: string, script: string): Promise<string> {
  const mounted = `mount -t "$1" -- "$2" /boot && { ${script}; } >&2 && be-hook menu --json`;
  const ended = await inBubble(rootOf(fs, subvolume), ['sh', '-c', mounted, 'sh', boot.type, boot.device]);
  assert.is(ended.status, 0, ended.stdout + ended.stderr);
  const entry = (JSON.parse(ended.stdout) as MenuData).entries.find((each) => each.default);
  return `${entry?.be} ${entry?.release}`;
}

for (const [title, script, release] of [
  ['the new kernel, which its package saved', `${install}\n${save(older, newer)}`, newer],
  ['the old kernel, if the package of the new one did not save that', install, older],
] as const) {
  test(`of a job in a copy is ${title}`, async () => {
    await withSeparateBoot('ext4', [older], async (machine) => {
      await defaultAfter(machine, '@be1', 'be-hook setup --yes');
      await mkdir(machine.path('usr/bin'));
      await addPrograms(machine.path(''));
      const before = await machine.readBoot('grub2/grubenv');
      const job = `be-hook run --name next -- sh -c '${script}'`;
      assert.is(await defaultAfter(machine, '@be1', job), `next ${release}`);
      assert.is(await machine.readBoot('grub2/grubenv'), before, 'the job does not change the shared variable');

      const root = 'be-hook/next/root';
      assert.is(await defaultAfter(machine, root, 'be-hook sync'), `next ${release}`, 'after the reboot');
      assert.is(await defaultAfter(machine, '@be1', 'be-hook sync'), `next ${release}`, 'seen from another one');
      assert.is(await defaultAfter(machine, '@be1', 'be-hook activate be1'), `be1 ${older}`);
      assert.is(await defaultAfter(machine, root, `be-hook activate next`), `next ${release}`);
      if (release === older) return;
      await defaultAfter(machine, root, `be-hook create third; ${save(older, 'unknown')}; be-hook sync`);
      assert.is(await defaultAfter(machine, root, `${save('unknown', older)}; be-hook sync`), `next ${older}`, 'later');
    });
  });
}

test('is the kernel that kernel-install noted, and only the file on /boot changes', async () => {
  await withSeparateBoot('ext4', [older], async (machine) => {
    await defaultAfter(machine, '@be1', 'be-hook setup --yes');
    const note = `grub-editenv /boot/grub2/grubenv set tmp_saved_entry=${bootMachineId}-${newer}`;
    assert.is(await defaultAfter(machine, '@be1', `${install}\n${note}\nbe-hook sync`), `be1 ${newer}`);
    const variables = await machine.readBoot('grub2/grubenv');
    assert.match(variables, `saved_entry=${bootMachineId}-${newer}\n`);
    assert.not.match(variables, 'tmp_saved_entry');
    assert.not(existsSync(machine.path('boot/grub2/grubenv')), 'the directory below the mount stays as it was');
  });
});

test.run();
