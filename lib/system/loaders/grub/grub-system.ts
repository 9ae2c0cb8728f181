import { grubRoot } from '../../../bootloaders/grub/facts.ts';
import type { LoaderSystem } from '../loader-system.ts';
import { observeGrubMachine } from './observe-machine.ts';
import { observeGrubRoot } from './observe-root.ts';
import { observeOneShot, writeNext } from './one-shot.ts';
import { refreshDistributionMenu } from './refresh-menu.ts';

/** GRUB 2 on the machine. */
export const grubSystem: LoaderSystem = {
  directories: ['grub2', 'grub'],
  variableFiles: ['grub2/grubenv', 'grub/grubenv'],
  entriesNameKernels: false,
  observeMachine: observeGrubMachine,
  observeRoot: observeGrubRoot,
  optionFiles: (loaderFacts) => grubRoot({ loaderFacts }).defaults,
  observeOneShot,
  writeNext,
  refreshDistributionMenu,
};
