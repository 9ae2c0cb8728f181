import type { Observation, RootFacts } from '../../model/observation.ts';
import { isProblem } from '../../model/problem.ts';
import { interpretGrubDefaults } from './defaults.ts';
import { grubMachine, grubRoot } from './facts.ts';
import { removeHandOver } from './hand-over.ts';
import { isRelative } from './stub.ts';

/** The evidence that GRUB resolves paths from the default subvolume. */
export function findRelative(root: RootFacts, { filesystem, tools }: Observation): string | undefined {
  const { menuDirectories } = grubRoot(root);
  // The lines of be-hook set the variable for a moment, and then set it back.
  const menuDirectory = menuDirectories.find(
    ({ grubCfg }) => grubCfg.kind === 'text' && isRelative(removeHandOver(grubCfg.text)),
  );
  if (menuDirectory !== undefined) return `/${menuDirectory.grubCfg.path} sets btrfs_relative_path`;
  const runs = root.subvolume.id === filesystem.runningSubvolume;
  const stub = grubMachine(tools).stubs.find((stub) => stub.relative && stub.filesystemUuid === filesystem.uuid);
  if (runs && stub !== undefined) return `/${stub.path} sets btrfs_relative_path`;
  return isSnapshotBooting(root) ? 'SUSE_BTRFS_SNAPSHOT_BOOTING=true is set for grub2-mkconfig' : undefined;
}

function isSnapshotBooting(root: RootFacts): boolean {
  const defaults = interpretGrubDefaults(grubRoot(root).defaults);
  return !isProblem(defaults) && defaults.get('SUSE_BTRFS_SNAPSHOT_BOOTING') === 'true';
}
