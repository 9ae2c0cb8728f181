import { installedFormat, parallelCapabilities } from '../formats/rpm-packages.ts';
import type { PackageChanges } from '../model/package.ts';
import { evidencePlace, type Finding } from '../model/upgrade.ts';
import { resolveClonePolicies } from './clone-volumes.ts';
import { findMistake } from './judge.ts';
import type { World } from './world.ts';

/** The findings of be-hook about a job in a copy. */
export interface Judged {
  readonly findings: readonly Finding[];
  /** Undefined if there is no rpm. */
  readonly packages: PackageChanges | undefined;
}

/**
 * The script inside which every job runs. It lists the packages before and after the job, and verifies the packages
 * that changed. It does not verify digests, because rpm would read every changed file in full.
 */
const recordingScript = `
dir=$1 format=$2 parallel=$3
shift 3
list() { rpm --query --all --queryformat "$format" 2>/dev/null | LC_ALL=C sort; }
before=$(list)
printf '%s\\n' "$before" >"$dir/packages-before"
"$@"
status=$?
# The job may have changed the file.
printf '%s\\n' "$before" >"$dir/packages-before"
list >"$dir/packages-after"
rpm --query --whatprovides $parallel --queryformat "$format" >"$dir/packages-parallel" 2>/dev/null
LC_ALL=C comm -13 "$dir/packages-before" "$dir/packages-after" 2>/dev/null | while read -r name _ version release arch; do
  [ "$name" = gpg-pubkey ] || echo "$name-$version-$release.$arch"
done | xargs -r rpm --verify --nodeps --nofiledigest --noscripts >"$dir/verify" 2>/dev/null
exit $status
`;

/** The argv that runs a command in a copy and records the packages before and after it. */
export function recordPackages(command: readonly string[]): readonly string[] {
  const capabilities = parallelCapabilities.join(' ');
  return ['/bin/sh', '-c', recordingScript, 'be-hook', evidencePlace, installedFormat, capabilities, ...command];
}

/**
 * Runs all arguments except the first, one after the other. It records the first one that fails in the directory `$1`.
 */
export const postUpgradeScript = `
dir=$1
shift
for hook in "$@"; do
  echo "be-hook: running $hook"
  "$hook" || { status=$?; printf '%s' "$hook" >"$dir/failed-hook"; exit "$status"; }
done
`;

/** Whether a job changed no package and made no mistake, so that its copy is of no use. */
export function isNothing({ findings, packages }: Judged): boolean {
  if (findMistake(findings, false) !== undefined || packages === undefined) return false;
  return [packages.added, packages.removed, packages.changed].every((list) => list.length === 0);
}

/** The mount points that hide files of a copy when it runs, because it mounts a shared volume there. */
export function hidingMountpoints({ observation, state }: World, root: string): readonly string[] {
  const facts = observation.roots.find(({ subvolume }) => subvolume.path === root);
  if (facts === undefined) return [];
  const copy = state.environments.find(({ subvolume }) => subvolume.path === root);
  const { shared } = resolveClonePolicies(facts, copy?.volumes ?? [], observation);
  return shared.filter(({ nested }) => !nested).map(({ mountpoint }) => mountpoint);
}
