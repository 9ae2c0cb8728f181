import type { Mark } from '../model/mark.ts';
import type { Step } from '../model/step.ts';
import type { Clone } from './clone.ts';

/**
 * A file in a root whose boot environment has something to do when it first boots: by it systemd knows whether to start
 * us at all (`ConditionPathExists` in packaging/systemd). What there is to do says the mark.
 */
export const firstBootSign = 'usr/lib/sysimage/be-hook/first-boot';

/** What a copy needs that is to copy volumes when it first boots: a part of its mark, and a sign inside of it. */
export function awaitCopies({ root, awaited }: Clone): {
  readonly mark: Pick<Mark, 'firstBoot'>;
  readonly steps: readonly Step[];
} {
  if (awaited.length === 0) return { mark: {}, steps: [] };
  const path = `${root.subvolume.path}/${firstBootSign}`;
  const directory = path.slice(0, path.lastIndexOf('/'));
  const text = awaited.map(({ mountpoint }) => `${mountpoint}\n`).join('');
  const reason = 'its first boot copies volumes';
  return {
    mark: { firstBoot: { copies: awaited } },
    steps: [
      { kind: 'make-directory', path: directory, reason },
      { kind: 'write-file', path, text, mode: 0o644, labelLike: undefined, reason },
    ],
  };
}
