import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { apply } from '../../../lib/apply/apply.ts';
import { keptPlace } from '../../../lib/model/kernel-record.ts';
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

/** Keeps an image. The FAT is mounted as /etc/fstab often says: other users can read it. */
async function keep(): Promise<void> {
  const content = Buffer.alloc(3_000_000, 'kernel');
  writeFileSync(`${top}/vmlinuz-1`, content);
  const digest = createHash('sha256').update(content).digest('hex');
  const place = { ...keptPlace('vmlinuz', '1', digest), on: 'esp' } as const;
  const from = { on: 'esp', path: 'vmlinuz-1' } as const;
  await carryOut({ kind: 'keep-file', ...place, from, digest, size: content.length, reason: 'test' }, barrier);
}

async function main(way: string | undefined): Promise<void> {
  if (way === 'keep') await keep();
  else await addSystems(way);
  writeFileSync('/dev/ttyS1', 'FAT DONE\n');
}

async function addSystems(way: string | undefined): Promise<void> {
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
}

void main(process.argv[2]);
