/** The path of the file with the one-shot request on its EFI system partition. It is a GRUB environment block. */
export const oneShotPath = '/EFI/be-hook/grubenv';

/** The variable in it: the name of the boot environment that boots next, empty if that is the default. */
export const oneShotVariable = 'be_hook_next';
