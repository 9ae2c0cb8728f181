import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { grub20 } from './distributions/fedora-20-grub.ts';
import { grub2Editenv, grub2SetDefault } from './distributions/grub2-editenv.ts';
import { grubby } from './distributions/grubby.ts';
import { bootedWords } from './grub/boot.ts';
import { header } from './grub/distribution-scripts.ts';
import { grubTools } from './grub/versions.ts';
import { environment } from './grub/writable-disk.ts';
import { furnish, type HookMachine, runningMachine } from './hook-machine.ts';
import { withBtrfs } from './loop-btrfs.ts';
import { makeRoot } from './root-tree.ts';

/** A Fedora machine with /boot in the btrfs root /@be1, and with replacements of Fedora's programs. */
export interface FedoraMachine extends HookMachine {
  /** The id of the entry that the real GRUB boots without a key press. */
  chosen(): Promise<string | undefined>;
  /** The default of `be-hook menu`. */
  standard(): Promise<string | null>;
  /** The variables in grubenv, in their order. */
  grubenv(): Promise<readonly string[]>;
}

/** The machine id, with which the ids of its boot loader entries begin. */
export const machineId = '0123456789abcdef'.repeat(2);

/** The name of the file that contains GRUB's default. */
export const grubenvFile = 'boot/grub2/grubenv';

const grubCfg = (entries: string): string =>
  `### BEGIN /etc/grub.d/00_header ###\n${header(5, 'menu', '${saved_entry}')}### END /etc/grub.d/00_header ###\nblscfg\n${entries}`;
const windows = "menuentry 'Windows' --id 'osprober-efi-1A2B-3C4D' { linux /none }\n";
const defaultGrub = 'GRUB_DEFAULT=saved\nGRUB_ENABLE_BLSCFG=true\nGRUB_CMDLINE_LINUX="quiet"\nGRUB_TERMINAL=console\n';

/** Makes such a machine with these kernels for `body`. `lines` are the lines of its grubenv. */
export async function withFedoraMachine(
  kernels: readonly string[],
  lines: readonly string[],
  body: (machine: FedoraMachine) => Promise<void>,
): Promise<void> {
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    const root = await makeRoot(fs, '@be1', {
      kernels,
      machineId: `${machineId}\n`,
      menuDirectory: 'boot/grub2',
      grubCfg: grubCfg(windows),
      defaultGrub,
      cmdline: `root=UUID=${fs.uuid} ro rootflags=subvol=@be1 quiet\n`,
    });
    await furnish(root);
    await mkdir(join(root, 'boot/loader/entries'), { recursive: true });
    for (const release of kernels) await writeFile(join(root, entryPath(release)), entryText(fs.uuid, release));
    await writeFile(join(root, grubenvFile), environment(...lines));
    await mkdir(join(root, 'etc/sysconfig'), { recursive: true });
    await writeFile(join(root, 'etc/sysconfig/kernel'), 'UPDATEDEFAULT=yes\nDEFAULTKERNEL=kernel\n');
    await body(withFedora(await runningMachine(fs)));
  });
}

/** The path of the boot loader entry of a kernel, from the root. */
export function entryPath(release: string): string {
  return `boot/loader/entries/${machineId}-${release}.conf`;
}

function entryText(uuid: string, release: string): string {
  const lines = [
    `title Fedora Linux (${release})`,
    `version ${release}`,
    `linux /@be1/boot/vmlinuz-${release}`,
    `initrd /@be1/boot/initramfs-${release}.img`,
    `options root=UUID=${uuid} ro rootflags=subvol=@be1 quiet`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Replacements of Fedora's programs. */
export const fedoraPrograms = {
  '/usr/bin/grub2-editenv': { text: grub2Editenv, mode: 0o755 },
  '/usr/bin/grub2-set-default': { text: grub2SetDefault, mode: 0o755 },
  '/usr/bin/grubby': { text: grubby, mode: 0o755 },
  '/usr/lib/kernel/install.d/20-grub.install': { text: grub20('saved_entry'), mode: 0o755 },
};

function withFedora(machine: HookMachine): FedoraMachine {
  const run: HookMachine['run'] = (command, options = {}) =>
    machine.run(command, { ...options, files: { ...fedoraPrograms, ...options.files } });
  const home = '/@be1/boot/grub2';
  return {
    ...machine,
    run,
    sh: (script, options) => run(['sh', '-c', script], options),
    chosen: async () => {
      await machine.fs.sync();
      const { booted } = await bootedWords({
        tools: await grubTools('2.06'),
        images: machine.fs.images,
        menuDirectory: home,
      });
      return booted?.chosen;
    },
    standard: async () => ((await machine.json('menu')) as { default: string | null }).default,
    grubenv: async () => {
      const text = await machine.read(grubenvFile);
      return text.split('\n').filter((line) => /^\w+=/.test(line));
    },
  };
}
