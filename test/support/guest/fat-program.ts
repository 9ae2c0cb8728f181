import { writeFileSync } from 'node:fs';
import { apply } from '../../../lib/apply/apply.ts';
import type { Step } from '../../../lib/model/step.ts';
import { settle } from '../../../lib/plan/ordering.ts';
import type { Session } from '../../../lib/system/session.ts';
import { stageFile } from '../../../lib/system/staged-file.ts';
import { defaultPath, fatFiles, fatSystems } from './fat-files.ts';

/*
 * Runs in a guest whose FAT is mounted on /fat. It gives the FAT one system after the other. Then it makes that system
 * the default, either as `apply` does or (`rename`) by a rename over the old file.
 */

const top = '/fat';
const session: Partial<Session> = { opened: { esp: { top, type: 'vfat', source: '' } } };
const barrier = settle('test', 'esp');

const write = (path: string, text: string): Step => {
  return { kind: 'write-file', on: 'esp', path, text, mode: 0o644, labelLike: undefined, reason: 'test' };
};

async function carryOut(...steps: readonly Step[]): Promise<void> {
  await apply(session as Session, { steps, warnings: [], unresolved: [] }, () => undefined);
}

async function main(way: string | undefined): Promise<void> {
  for (const name of fatSystems.slice(1)) {
    const { image, entry, chosen } = fatFiles(name);
    const directory = image.path.slice(0, image.path.lastIndexOf('/'));
    const files: readonly Step[] = [
      { kind: 'make-directory', on: 'esp', path: directory, reason: 'test' },
      write(image.path, image.text),
      barrier,
      write(entry.path, entry.text),
      barrier,
    ];
    if (way !== 'rename') await carryOut(...files, write(defaultPath, chosen), barrier);
    else {
      await carryOut(...files);
      stageFile(`${top}/${defaultPath}`, chosen, 0o755).commit();
      await carryOut(barrier);
    }
  }
  writeFileSync('/dev/ttyS1', 'FAT DONE\n');
}

void main(process.argv[2]);
