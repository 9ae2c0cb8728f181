import type { Step, StepKind } from '../model/step.ts';
import { visible } from '../model/visible.ts';

type Writers = { readonly [K in StepKind]: (step: Extract<Step, { kind: K }>) => string };

const sentences: Writers = {
  'set-mark': ({ path, mark }) => `mark /${path} as the boot environment “${mark.name}”`,
  'clear-mark': ({ path }) => `take the mark off /${path}`,
  'set-active': ({ uuid }) =>
    uuid === undefined
      ? 'forget which boot environment boots by default'
      : `record that subvolume ${uuid} boots by default`,
  'make-directory': ({ path }) => `make the directory /${path}`,
  'write-file': ({ path }) => `write /${path}`,
  'remove-file': ({ path }) => `remove /${path}`,
  'sync-filesystem': () => 'wait until everything is on disk',
  'refresh-distribution-menu': ({ grubCfg, mkconfig }) => `make /${grubCfg} anew with ${mkconfig}`,
  'mark-needs-sync': () => 'leave a note that a sync is due',
  'clear-needs-sync': () => 'take back the note that a sync is due',
};

/** One sentence, without its full stop, that says what a step does: for the dry run, the progress and the log alike. */
export function describeStep(step: Step): string {
  const write = sentences[step.kind] as (step: Step) => string;
  return visible(`${write(step)} (${step.reason})`);
}
