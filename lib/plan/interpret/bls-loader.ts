import { isAssignmentFault, parseAssignments } from '../../formats/shell-assignments.ts';
import type { BootLayout } from '../../model/boot-layout.ts';
import type { Observation, RootFacts } from '../../model/observation.ts';

/**
 * With these values of LOADER_TYPE, openSUSE's tools keep Boot Loader Specification entries on the EFI system
 * partition.
 */
const blsLoaders = /^(\S+-bls|systemd-boot)$/;

/**
 * A root whose loader reads Boot Loader Specification entries from the EFI system partition, according to the root or
 * the firmware: LOADER_TYPE of openSUSE (perl-bootloader), or systemd-boot as the loader that started the machine.
 */
export function findBlsLoader(root: RootFacts, { filesystem, tools }: Observation): BootLayout | undefined {
  const type = loaderType(root);
  if (blsLoaders.test(type)) return found(`LOADER_TYPE=${type} in /${root.loaderSetting.file.path}`);
  const runs = root.subvolume.id === filesystem.runningSubvolume;
  const { loaderInfo } = tools;
  if (!runs || loaderInfo === undefined || !isSystemdBoot(loaderInfo)) return undefined;
  return found(`${loaderInfo} started this machine`);
}

/**
 * Why be-hook's entries for systemd-boot would not boot a root: sdbootutil has its own entries for each snapshot, and other
 * boot loaders read entries in another way.
 */
export function findOtherReader(root: RootFacts, { filesystem, tools }: Observation): BootLayout | undefined {
  if (root.loaderSetting.sdbootutil) return found('sdbootutil is installed');
  const { loaderInfo, firmware } = tools;
  if (filesystem.runningSubvolume === undefined) return undefined;
  if (firmware === 'bios') return found('this machine has no UEFI, which systemd-boot needs');
  return loaderInfo === undefined || isSystemdBoot(loaderInfo)
    ? undefined
    : found(`${loaderInfo} started this machine`);
}

function isSystemdBoot(loaderInfo: string): boolean {
  return /^systemd-boot\b/.test(loaderInfo);
}

/**
 * A root with such entries, if no other boot loader reaches a menu of it. Entries on the EFI system partition of the
 * running machine may belong to another system, so a loader that leads to this one outweighs them. If the root is not
 * running, only sdbootutil without a menu of the distribution is evidence.
 */
export function findEspEntries(
  root: RootFacts,
  { filesystem, tools }: Observation,
  hasMenu: boolean,
  leadsHere: boolean,
): BootLayout | undefined {
  if (root.loaderSetting.sdbootutil && !hasMenu) return found('sdbootutil is installed, and there is no grub.cfg');
  const runs = root.subvolume.id === filesystem.runningSubvolume;
  // On a BIOS machine GRUB's core image does not show to which grub.cfg it leads.
  if (!runs || (tools.firmware !== 'uefi' && hasMenu)) return undefined;
  const [entry] = tools.espEntries;
  if (leadsHere || entry === undefined) return undefined;
  return found(
    `there is ${entry}, and no grub.cfg on the EFI system partition leads to a GRUB directory of this system`,
  );
}

function found(text: string): BootLayout {
  return { kind: 'bls-on-esp', found: text };
}

function loaderType({ loaderSetting: { file } }: RootFacts): string {
  const values = parseAssignments(file.kind === 'text' ? file.text : '');
  return isAssignmentFault(values) ? '' : (values.get('LOADER_TYPE') ?? '');
}
