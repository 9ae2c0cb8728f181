import type { Messages } from './problem-text-type.ts';

/** Messages about the boot menu and the command lines in it. */
export const menuWords: Messages<
  | 'variable-unknown'
  | 'initrd-left-out'
  | 'menu-trimmed'
  | 'saved-entry-foreign'
  | 'menu-home-unknown'
  | 'boot-volume-unfit'
  | 'hand-over-missing'
  | 'default-foreign'
> = {
  'variable-unknown': ({ name, variable, path }) => ({
    message: `“${name}”: cannot expand GRUB's variable “${variable}” in the kernel options of /${path}; the menu omits it`,
    hint: 'replace the variable in that file with the options themselves',
  }),
  'initrd-left-out': ({ name, initrd, path }) => ({
    message: `“${name}”: cannot load the initrd “${initrd}” that tuned adds: the file in /boot is missing or empty; the menu omits it`,
    hint: `apply the profile again with tuned-adm, or remove $tuned_initrd from /${path}`,
  }),
  'menu-trimmed': ({ shown, total }) => ({
    message: `the menu shows ${shown} of ${total} entries`,
    hint: 'raise max-entries in /etc/be-hook/be-hook.conf, or remove old kernels',
  }),
  'saved-entry-foreign': ({ path, value, boots }) => ({
    message: `saved_entry in /${path} names “${value}”, but the menu of be-hook has no such entry; it boots “${boots}” by default`,
    hint: 'press Esc in the menu to choose it in the menu of the distribution, or select a kernel with grub2-set-default, grub-set-default or grubby --set-default',
  }),
  'menu-home-unknown': ({ path, menuDirectory }) => ({
    message: `/${path} sends GRUB to /${menuDirectory}, which is not a GRUB directory of any boot environment; GRUB does not show the menu`,
    hint: 'adopt the subvolume that holds this directory, or reinstall GRUB',
  }),
  'hand-over-missing': ({ file }) => ({
    message: `cannot add the lines of be-hook to /${file}: after a power cut during the change, this type of file system may have lost the file; GRUB does not show the menu`,
    hint: `run: ${file.includes('grub2/') ? 'grub2-mkconfig' : 'grub-mkconfig'} -o /${file}`,
  }),
  'default-foreign': ({ where, value, hint }) => ({
    message: `${where} names “${value}” as the entry that boots by default, and be-hook cannot change it; the machine does not boot the active environment`,
    hint,
  }),
  'boot-volume-unfit': ({ path, why, hint }) => ({
    message: `cannot use the subvolume /${path} as /boot: ${why}`,
    hint,
  }),
};
