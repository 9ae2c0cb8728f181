import { textFitsInPlace } from '../../formats/sectors.ts';
import type { BootEnvironment, SystemState } from '../../model/environment.ts';
import type { Step } from '../../model/step.ts';
import { writeFiles } from '../../plan/write-files.ts';
import { parseGrubEnvironment, printGrubEnvironment } from './environment-lines.ts';
import { grubRoot } from './facts.ts';

/**
 * Makes the kernel that kernel-install noted in `tmp_saved_entry` the saved entry. Fedora's set-boot-entry.install
 * should do that, but fails if /boot lies in the root. A remaining note would override every later choice of the
 * administrator.
 */
export function adoptDefaults({ environments }: SystemState): readonly Step[] {
  return environments
    .filter(({ maintained, readOnly, state }) => maintained && !readOnly && state === undefined)
    .flatMap(settlePending);
}

function settlePending(environment: BootEnvironment): readonly Step[] {
  const { name, savedEntry } = environment;
  const { pending } = savedEntry;
  const directory = grubRoot(environment).menuDirectories.find(({ grubenv }) => grubenv.path === pending?.path);
  const file = directory?.grubenv;
  const lines = file?.kind === 'text' ? parseGrubEnvironment(file.text) : undefined;
  if (pending === undefined || file?.kind !== 'text' || lines === undefined) return [];
  const others = lines.filter(
    (line) => line.kind === 'comment' || !['tmp_saved_entry', 'saved_entry'].includes(line.name),
  );
  const saved = { kind: 'variable', name: 'saved_entry', value: pending.id } as const;
  const text = printGrubEnvironment([saved, ...others]);
  if (text === undefined || (directory?.inPlace !== undefined && !textFitsInPlace(file.text, text))) return [];
  const reason = `the new kernel of “${name}” is complete, and kernel-install recorded it as the saved entry`;
  return writeFiles([{ ...file, text }], reason);
}
