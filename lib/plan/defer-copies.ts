import type { Mark } from '../model/mark.ts';
import type { Step } from '../model/step.ts';
import type { Clone } from './clone.ts';

/**
 * The marker file in a root whose boot environment has work to do at its first boot. systemd starts be-hook's
 * first-boot service only if the file exists (`ConditionPathExists` in packaging/systemd). The mark says which work.
 */
export const firstBootMarkerFile = 'usr/lib/sysimage/be-hook/first-boot';

/** The preparations for deferred copies: a part of the copy's mark, and the marker file inside of the copy. */
export function deferCopies({ root, deferred }: Clone): {
  readonly mark: Pick<Mark, 'firstBoot'>;
  readonly steps: readonly Step[];
} {
  if (deferred.length === 0) return { mark: {}, steps: [] };
  const path = `${root.subvolume.path}/${firstBootMarkerFile}`;
  const directory = path.slice(0, path.lastIndexOf('/'));
  const text = deferred.map(({ mountpoint }) => `${mountpoint}\n`).join('');
  const reason = 'its first boot copies volumes';
  return {
    mark: { firstBoot: { copies: deferred } },
    steps: [
      { kind: 'make-directory', on: 'root', path: directory, reason },
      { kind: 'write-file', on: 'root', path, text, mode: 0o644, labelLike: undefined, reason },
    ],
  };
}
