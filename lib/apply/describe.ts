import { shownPath } from '../model/place.ts';
import type { Step, StepKind } from '../model/step.ts';
import { pathOfFuture } from '../model/store.ts';
import { visible } from '../model/visible.ts';

type Writers = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => string };

const sentences: Writers = {
  'take-lock': () => 'take the lock of be-hook',
  'set-mark': ({ path, mark }) => `mark /${path} as the boot environment “${mark.name}”`,
  'clear-mark': ({ path }) => `remove the mark from /${path}`,
  'begin-directory': ({ path }) => `create the directory /${path}, marked as unfinished`,
  'finish-directory': ({ path }) => `mark /${path} as finished`,
  'protect-directory': ({ path }) => `let only root access /${path}`,
  'create-subvolume': ({ path }) => `create the subvolume /${path}`,
  'clone-subvolume': ({ from, to }) => `clone /${from} as /${to}`,
  'replace-placeholder': ({ path }) => `replace /${path} with an ordinary directory`,
  'freeze-subvolume': ({ path }) => `make /${path} read-only`,
  'thaw-subvolume': ({ path }) => `make /${path} writable`,
  'set-snapshot-mark': ({ path, mark }) => `mark /${path} as the snapshot “${mark.name}”`,
  'set-volume-policy': ({ path, policy }) => `set the policy of the volume /${path} to ${policy}`,
  'mark-for-deletion': ({ path }) => `mark /${path} for deletion`,
  'delete-subvolume': ({ path }) => `delete the subvolume /${path}`,
  'wait-for-space': () => 'wait until the kernel has freed the space of the deleted subvolumes',
  'remove-directory': ({ path }) => `remove the directory /${path}`,
  'append-history': ({ path }) => `add a line to /${path}`,
  'set-active': ({ uuid }) =>
    uuid === undefined
      ? 'remove the record of the default boot environment'
      : `record that subvolume ${pathOfFuture(uuid) ?? uuid} boots by default`,
  'set-default-subvolume': ({ path }) => `make /${path} the default subvolume`,
  'set-one-shot-file': ({ filesystemUuid }) =>
    `record that GRUB reads one-shot requests from the file system ${filesystemUuid}`,
  'set-next': ({ mountpoint, name }) =>
    name === undefined
      ? `cancel the one-shot request on ${mountpoint}`
      : `write a one-shot request for “${name}” on ${mountpoint}`,
  'make-directory': (step) => `create the directory /${shownPath(step)}`,
  'write-file': (step) => `write /${shownPath(step)}`,
  'remove-file': (step) => `remove /${shownPath(step)}`,
  'keep-file': ({ from, ...to }) => `copy /${shownPath(from)} to /${shownPath(to)}`,
  'set-kernels': ({ path, kernels }) =>
    kernels === undefined ? `delete the record of the kernels of /${path}` : `record the kernels of /${path}`,
  'copy-tree': ({ from, to }) => `copy /${from} to /${to}`,
  'carry-file': ({ from, path, base, entry }) => {
    if (base !== undefined) return `merge /${from} into /${path}`;
    if (entry.kind === 'directory') return `create the directory /${path} like /${from}`;
    return from === path ? `change the attributes of /${path}` : `copy /${from} to /${path}`;
  },
  'sync-filesystem': ({ on }) =>
    `write everything${on === 'root' ? '' : ` on /${shownPath({ on, path: '' }).slice(0, -1)}`} to disk`,
  'refresh-distribution-menu': ({ path, generator }) => `regenerate /${path} with ${generator}`,
  'mount-subvolumes': ({ mounts }) =>
    mounts
      .map(({ subvolume, mountpoint, readOnly }, index) => {
        return `${index === 0 ? 'mount' : 'and'} /${subvolume.path} on ${mountpoint}${readOnly ? ' read-only' : ''}`;
      })
      .join(', '),
  unmount: ({ mounts, lazy }) =>
    `${lazy ? 'detach' : 'unmount'} ${mounts.map(({ mountpoint }) => mountpoint).join(', ')}`,
  'mark-needs-sync': () => 'record that a sync is due',
  'clear-needs-sync': () => 'remove the record that a sync is due',
};

/** One sentence, without its full stop, that says what a step does. The dry run, the progress and the log use it. */
export function describeStep(step: Step): string {
  const write = sentences[step.kind] as (step: Step) => string;
  return visible(`${write(step)} (${step.reason})`);
}
