import type { Words } from './problem-text-type.ts';

/** Messages about the boot menu and the command lines in it. */
export const menuWords: Words<
  'variable-unknown' | 'initrd-left-out' | 'menu-trimmed' | 'saved-entry-foreign' | 'menu-home-unknown'
> = {
  'variable-unknown': ({ name, variable, path }) => ({
    message: `“${name}”: the kernel options in /${path} contain GRUB's variable “${variable}”, whose value is not known; it is left out`,
    hint: 'write the options themselves there',
  }),
  'initrd-left-out': ({ name, initrd, path }) => ({
    message: `“${name}”: tuned adds the initrd “${initrd}” to the kernel, and /boot of “${name}” has no such file, or an empty one; it is left out`,
    hint: `apply the profile again with tuned-adm, or remove $tuned_initrd from /${path}`,
  }),
  'menu-trimmed': ({ shown, total }) => ({
    message: `the menu shows ${shown} of ${total} entries`,
    hint: 'raise max-entries in /etc/be-hook/be-hook.conf, or remove old kernels',
  }),
  'saved-entry-foreign': ({ path, value, boots }) => ({
    message: `saved_entry in /${path} names “${value}”, which the menu of be-hook does not have; that menu boots “${boots}” by default`,
    hint: 'press Esc in the menu to choose it in the menu of the distribution, or choose a kernel with grub2-set-default, grub-set-default or grubby --set-default',
  }),
  'menu-home-unknown': ({ path, home }) => ({
    message: `/${path} leads GRUB to /${home}, which is no menu home of any boot environment`,
    hint: 'the menu is not shown until it leads to one; adopt the subvolume there, or install GRUB anew',
  }),
};
