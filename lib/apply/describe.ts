import { pathOfFuture } from '../model/depot.ts';
import type { Step, StepKind } from '../model/step.ts';
import { visible } from '../model/visible.ts';

type Writers = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => string };

const sentences: Writers = {
  'set-mark': ({ path, mark }) => `mark /${path} as the boot environment “${mark.name}”`,
  'clear-mark': ({ path }) => `take the mark off /${path}`,
  'begin-directory': ({ path }) => `make the directory /${path}, noted as not finished`,
  'finish-directory': ({ path }) => `note that /${path} is finished`,
  'protect-directory': ({ path }) => `give root alone access to /${path}`,
  'create-subvolume': ({ path }) => `make the subvolume /${path}`,
  'clone-subvolume': ({ from, to }) => `clone /${from} as /${to}`,
  'replace-placeholder': ({ path }) => `make /${path} an ordinary directory`,
  'freeze-subvolume': ({ path }) => `make /${path} read-only`,
  'thaw-subvolume': ({ path }) => `make /${path} writable`,
  'set-snapshot-mark': ({ path, mark }) => `mark /${path} as the snapshot “${mark.name}”`,
  'set-volume-policy': ({ path, policy }) => `note on /${path} that it is ${policy}`,
  doom: ({ path }) => `note on /${path} that it is being deleted`,
  'delete-subvolume': ({ path }) => `delete the subvolume /${path}`,
  'wait-for-space': () => 'wait until the kernel has given back the space of what was deleted',
  'remove-directory': ({ path }) => `remove the directory /${path}`,
  'append-history': ({ path }) => `add a line to /${path}`,
  'set-active': ({ uuid }) =>
    uuid === undefined
      ? 'forget which boot environment boots by default'
      : `record that subvolume ${pathOfFuture(uuid) ?? uuid} boots by default`,
  'set-one-shot-file': ({ filesystemUuid }) => `record that GRUB is told on ${filesystemUuid} what to boot once`,
  'set-next': ({ mountpoint, name }) =>
    name === undefined
      ? `take back, on ${mountpoint}, what is to be booted once`
      : `write on ${mountpoint} that “${name}” is to be booted once`,
  'make-directory': ({ path }) => `make the directory /${path}`,
  'write-file': ({ path }) => `write /${path}`,
  'remove-file': ({ path }) => `remove /${path}`,
  'copy-tree': ({ from, to }) => `copy /${from} to /${to}`,
  'carry-file': ({ from, path, base, entry }) => {
    if (base !== undefined) return `merge /${from} into /${path}`;
    if (entry.kind === 'directory') return `make the directory /${path}, as /${from} is`;
    return from === path ? `give /${path} other attributes` : `copy /${from} to /${path}`;
  },
  'sync-filesystem': () => 'wait until everything is on disk',
  'refresh-distribution-menu': ({ grubCfg, mkconfig }) => `make /${grubCfg} anew with ${mkconfig}`,
  'mount-subvolumes': ({ mounts }) =>
    mounts
      .map(({ subvolume, mountpoint, readOnly }, index) => {
        return `${index === 0 ? 'mount' : 'and'} /${subvolume.path} on ${mountpoint}${readOnly ? ' read-only' : ''}`;
      })
      .join(', '),
  unmount: ({ mounts, lazy }) =>
    `${lazy ? 'detach' : 'unmount'} ${mounts.map(({ mountpoint }) => mountpoint).join(', ')}`,
  'mark-needs-sync': () => 'leave a note that a sync is due',
  'clear-needs-sync': () => 'take back the note that a sync is due',
};

/** One sentence, without its full stop, that says what a step does: for the dry run, the progress and the log alike. */
export function describeStep(step: Step): string {
  const write = sentences[step.kind] as (step: Step) => string;
  return visible(`${write(step)} (${step.reason})`);
}
