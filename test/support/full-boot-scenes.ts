import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { preparedBoot, type WithBootMachine } from './full-boot.ts';
import { addPrograms } from './inner-system.ts';
import { bootFile } from './root-tree.ts';
import { addKernel, addModules, bootMachineId, type SeparateBootMachine } from './separate-boot.ts';

/** The kernels of the machine, and one that a scene installs. */
export const [older, newer, newest] = ['6.17.1-300.fc44.x86_64', '6.18.2-300.fc44.x86_64', '6.19.3-300.fc44.x86_64'];

/** A command on a machine whose /boot has too little space. */
export interface FullBootScene {
  readonly title: string;
  /** A command line for sh. */
  readonly command: string;
  /** Changes the machine before the command, while there is space. */
  readonly prepare?: (machine: SeparateBootMachine) => Promise<unknown>;
  /** Whether the command succeeds without a free block. */
  readonly freesFirst?: true;
}

/** Runs a command that must succeed. */
export async function succeed({ sh }: SeparateBootMachine, command: string): Promise<string> {
  const { status, stdout, stderr } = await sh(command);
  assert.is(status, 0, `${command}: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** Rewrites an initramfs in place, as `dracut -f` does. */
function rewrite({ boot }: SeparateBootMachine, release: string, label: string): Promise<void> {
  return writeFile(join(boot.top, `initramfs-${release}.img`), bootFile('INITRD', label, release));
}

async function install(machine: SeparateBootMachine, release: string): Promise<void> {
  await addModules(machine.path(''), release);
  await addKernel(machine.boot.top, release, machine.fs.uuid);
}

/**
 * A machine that runs be1 and has the copy `next` with a snapshot. The two have another initramfs of one kernel. There is a
 * stream with an environment of another machine.
 */
export function fullBootMachine(type: 'ext4' | 'xfs'): WithBootMachine {
  return preparedBoot(type, [older, newer], async (machine) => {
    await succeed(machine, 'be-hook setup --yes');
    await mkdir(machine.path('usr/bin'));
    await addPrograms(machine.path(''));
    await mkdir(machine.path('var'), { recursive: true });
    await rewrite(machine, newer, 'sent');
    await succeed(machine, 'be-hook export be1 >/var/stream');
    await writeFile(join(machine.boot.top, `initramfs-${newer}.img`), bootFile('INITRD', 'be1', newer));
    for (const words of ['create next', 'snapshot next@s']) await succeed(machine, `be-hook ${words}`);
    await rewrite(machine, older, 'again');
    await succeed(machine, 'be-hook sync');
    assert.ok((await readFile(machine.path('var/stream'))).length > 0);
  });
}

/** Does in an environment what a kernel package does: adds a kernel. */
const installInside = `
  mkdir -p /usr/lib/modules/${newest}/kernel && echo >/usr/lib/modules/${newest}/modules.dep
  for n in $(seq 400); do echo "KERNEL job ${newest}"; done >/boot/vmlinuz-${newest}
  for n in $(seq 400); do echo "INITRD job ${newest}"; done >/boot/initramfs-${newest}.img
  sed "s/${newer}/${newest}/g" /boot/loader/entries/${bootMachineId}-${newer}.conf >/boot/loader/entries/${bootMachineId}-${newest}.conf
`;

const fresh: FullBootScene['prepare'] = (machine) => rewrite(machine, newer, 'fresh');

/** Makes an environment with a copy of an initramfs that no other one has, as large as real ones are: 8 MiB. */
async function createLarge(machine: SeparateBootMachine): Promise<void> {
  await rewrite(machine, older, 'large'.repeat(4096));
  await succeed(machine, 'be-hook create large');
  await rewrite(machine, older, 'small');
  await succeed(machine, 'be-hook sync');
}

/** Commands that write to /boot. */
export const fullBootScenes: readonly FullBootScene[] = [
  { title: 'describe', command: 'be-hook describe next "another text"' },
  { title: 'create', command: 'be-hook create third' },
  { title: 'create with missing copies', command: 'be-hook create third', prepare: fresh },
  { title: 'snapshot with missing copies', command: 'be-hook snapshot be1@t', prepare: fresh },
  { title: 'activate', command: 'be-hook activate next' },
  { title: 'sync with a new kernel', command: 'be-hook sync', prepare: (machine) => install(machine, newest) },
  { title: 'sync with missing copies', command: 'be-hook sync', prepare: fresh },
  { title: 'a job with a new kernel', command: `be-hook run --name third -- sh -c '${installInside}'` },
  { title: 'rollback', command: 'be-hook rollback next@s', prepare: fresh },
  { title: 'destroy', command: 'be-hook destroy -F next' },
  { title: 'destroy with large copies', command: 'be-hook destroy -F large', prepare: createLarge, freesFirst: true },
  {
    title: 'gc',
    command: 'be-hook gc',
    prepare: ({ boot }) => writeFile(join(boot.top, `be-hook/vmlinuz-5.1-${'0'.repeat(32)}`), 'x'.repeat(40_000)),
  },
  {
    title: 'uninstall',
    command: 'be-hook uninstall',
    prepare: (machine) => succeed(machine, 'be-hook activate next'),
  },
  { title: 'import', command: 'be-hook import guest </var/stream' },
];
