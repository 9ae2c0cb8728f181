import type { Messages } from './problem-text-type.ts';

/** Messages about putting the menu in place, and about systems from which be-hook was erased. */
export const setupWords: Messages<'setup-unconfirmed' | 'menu-left-alone'> = {
  'setup-unconfirmed': () => ({
    message: 'cannot set up be-hook: this changes the boot menu, and there is no terminal on which to ask',
    hint: 'see the plan with: be-hook setup --dry-run; then run: be-hook setup --yes',
  }),
  'menu-left-alone': ({ name, path }) => ({
    message: `the GRUB directory of “${name}” stays as it is: be-hook is not installed there`,
    hint: `to put the menu there all the same: be-hook adopt /${path}`,
  }),
};
