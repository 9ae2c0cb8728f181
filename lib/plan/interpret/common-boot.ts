import { isBootPlace } from '../../formats/fstab-subvolume.ts';
import type { BootEnvironment } from '../../model/environment.ts';
import type { Problem } from '../../model/problem.ts';

/** Problems with subvolumes that two boot environments mount on /boot: one changes the kernels of the other there. */
export function findCommonBoots(environments: readonly BootEnvironment[]): readonly Problem[] {
  const names = new Map<string, string[]>();
  for (const { name, volumes } of environments) {
    const boot = volumes.find(({ mountpoint }) => isBootPlace(mountpoint));
    if (boot !== undefined) names.set(boot.subvolume.path, [...(names.get(boot.subvolume.path) ?? []), name]);
  }
  return [...names].flatMap(([path, [first, second]]): readonly Problem[] => {
    if (first === undefined || second === undefined) return [];
    const why = `“${first}” and “${second}” both mount it, and each changes the kernels of the other there`;
    const hint = `replace one of them: be-hook create -e ${second} NAME`;
    return [{ code: 'boot-volume-unfit', path, why, hint }];
  });
}
