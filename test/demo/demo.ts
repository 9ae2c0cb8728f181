import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot } from '../support/cache.ts';
import { type GrubRun, runGrub } from '../support/grub/boot.ts';
import { grubTools } from '../support/grub/versions.ts';
import { emulated } from '../support/guest/accelerator.ts';
import { boot } from '../support/guest/qemu.ts';
import { furnish, type HookMachine, runningMachine } from '../support/hook-machine.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { makeRoot } from '../support/root-tree.ts';
import { withBootableDisk } from './disk.ts';
import { type DemoKernel, demoKernels, isThere } from './kernels.ts';
import { heading, say, showCommand, showGrub } from './show.ts';

/* npm run demo: see ./run, which starts this. */

const grubVersion = '2.06';
const grubDirectory = '/@be1/boot/grub';
const defaultGrub =
  'GRUB_TIMEOUT=1\nGRUB_TERMINAL=console\nGRUB_DISABLE_OS_PROBER=true\nGRUB_CMDLINE_LINUX="console=ttyS0 quiet"\n';

async function main(args: readonly string[]): Promise<void> {
  const boots = args.includes('--boot');
  if (args.some((arg) => arg !== '--boot')) throw new Error('usage: npm run demo [-- --boot]');
  const started = performance.now();
  say('be-hook keeps the boot menu of every boot environment in step with the kernels on disk.');
  say('This demo uses a temporary btrfs image, real kernels, the real kernel-install and the real GRUB.');
  const [older, newer] = await demoKernels();
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    for (const name of ['be1', 'be2'])
      await makeEnvironment(join(fs.top, `@${name}`), name, older, () =>
        makeRoot(fs, `@${name}`, { kernels: [], defaultGrub, osRelease: `ID=demo\nPRETTY_NAME="Demo Linux"\n` }),
      );
    const machine = await runningMachine(fs);
    await showStart(machine);
    await showInstallation(machine, newer, boots);
    await showRemoval(machine, newer, boots);
  });
  heading('End of the demo', `The image is deleted. Downloads stay in ${cacheRoot()}.`);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  say(boots ? `(${seconds} s)` : `(${seconds} s; npm run demo -- --boot also boots the system in QEMU)`);
}

async function makeEnvironment(
  root: string,
  name: string,
  kernel: DemoKernel,
  make: () => Promise<unknown>,
): Promise<void> {
  await make();
  await furnish(root);
  await writeFile(join(root, 'etc/be-id'), name);
  await writeFile(join(root, 'etc/kernel/cmdline'), 'console=ttyS0 quiet\n');
  await unpack(root, kernel);
  await copyFile(kernel.vmlinuz, join(root, 'boot', `vmlinuz-${kernel.release}`));
  await copyFile(kernel.initramfs, join(root, 'boot', `initramfs-${kernel.release}.img`));
}

/** Puts the files of a kernel package into a root, as they are before its scriptlets run. */
async function unpack(root: string, kernel: DemoKernel): Promise<void> {
  const modules = join(root, 'usr/lib/modules', kernel.release);
  await mkdir(modules, { recursive: true });
  await copyFile(kernel.vmlinuz, join(modules, 'vmlinuz'));
  await copyFile(kernel.initramfs, join(modules, 'initrd'));
  await writeFile(join(modules, 'modules.builtin'), '');
}

async function showStart(machine: HookMachine): Promise<void> {
  heading(
    '1. Two boot environments on one btrfs',
    'Each is a subvolume with its own /boot. The demo runs in be1. An administrator can go back to be2.',
  );
  await command(machine, 'be-hook adopt @be1');
  await command(machine, 'be-hook adopt @be2');
  await command(machine, 'be-hook sync');
  await command(machine, 'be-hook list');
  await grubMenu(machine);
}

async function showInstallation(machine: HookMachine, kernel: DemoKernel, boots: boolean): Promise<void> {
  heading(
    '2. A kernel package is installed',
    'Its scriptlet calls kernel-install, which calls the plugin of be-hook. No other command is needed.',
  );
  await unpack(machine.path(''), kernel);
  await command(machine, `kernel-install add ${kernel.release} /usr/lib/modules/${kernel.release}/vmlinuz`);
  await command(machine, 'be-hook menu');
  await grubMenu(machine);
  if (boots) await bootMachine(machine);
}

async function showRemoval(machine: HookMachine, kernel: DemoKernel, boots: boolean): Promise<void> {
  heading(
    '3. The kernel package is removed',
    'The plugin removes the kernel from the menu before rpm deletes its files, so the default always exists.',
  );
  await command(machine, `kernel-install remove ${kernel.release}`);
  await rm(machine.path(`usr/lib/modules/${kernel.release}`), { recursive: true });
  await command(machine, 'be-hook menu');
  await grubMenu(machine);
  if (boots) await bootMachine(machine);
}

/** Runs a command in the machine and shows it without the output of other plugins. */
async function command(machine: HookMachine, line: string): Promise<void> {
  const ended = await machine.run(line.split(' '));
  const output = line.startsWith('be-hook')
    ? ended.stdout + ended.stderr
    : (ended.stderr.match(/^be-hook: .*$/gm) ?? []).join('\n');
  showCommand(line, output);
  if (ended.status !== 0) throw new Error(`${line} ended with status ${ended.status}:\n${ended.stdout}${ended.stderr}`);
}

async function grubMenu(machine: HookMachine): Promise<void> {
  const run = await runInEmulator(machine);
  if (run === undefined) say('  (no menu of GRUB: the emulated GRUB needs the packages of Debian)');
  else showGrub(grubVersion, run);
}

async function runInEmulator({ fs }: HookMachine): Promise<GrubRun | undefined> {
  if (!(await isThere('apt-get'))) return undefined;
  await fs.sync();
  return runGrub({ tools: await grubTools(grubVersion), images: fs.images, menuDirectory: grubDirectory });
}

async function bootMachine({ fs }: HookMachine): Promise<void> {
  const { uuid, image } = fs;
  const { report, serial, seconds } = await fs.unmounted(() =>
    withBootableDisk({ image, uuid, grubCfg: `${grubDirectory}/grub.cfg` }, (disk) =>
      boot(disk, { acceleration: emulated, timeoutSeconds: 100 }),
    ),
  );
  if (report === undefined) throw new Error(`the virtual machine did not boot:\n${serial}`);
  say(`  A virtual machine with UEFI firmware booted the default in ${seconds.toFixed(0)} s:`);
  say(`  boot environment ${report.id}, Linux ${report.release}, root on the subvolume ${report.subvolume}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
