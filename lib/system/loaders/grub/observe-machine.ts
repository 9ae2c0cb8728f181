import { type GrubMachineFacts, grubName } from '../../../bootloaders/grub/facts.ts';
import { stat } from '../../files.ts';
import { observeStubs } from './stubs.ts';

/**
 * Reads what GRUB has on the machine outside of all roots. `runs` says whether the file system is the one that the system
 * runs from, and `defaultPath` is the path of its default subvolume.
 */
export function observeGrubMachine(runs: boolean, defaultPath: string): GrubMachineFacts {
  return {
    loader: grubName,
    mkconfig: runs ? findProgram(['grub2-mkconfig', 'grub-mkconfig']) : undefined,
    scriptCheck: findProgram(['grub2-script-check', 'grub-script-check']),
    stubs: runs ? observeStubs(defaultPath) : [],
  };
}

function findProgram(names: readonly string[]): string | undefined {
  return names
    .flatMap((name) => ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((directory) => `${directory}/${name}`))
    .find((path) => stat(path) !== undefined);
}
