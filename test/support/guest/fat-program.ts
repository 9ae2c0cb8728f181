import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { apply } from '../../../lib/apply/apply.ts';
import { type BlsPartition, blsName, entriesDirectory } from '../../../lib/bootloaders/bls/facts.ts';
import { installMenu } from '../../../lib/bootloaders/bls/install-menu.ts';
import type { InPlaceFacts, MenuDirectoryFacts } from '../../../lib/bootloaders/grub/facts.ts';
import { planMenuInPlace } from '../../../lib/bootloaders/grub/install-in-place.ts';
import { menuNames } from '../../../lib/bootloaders/grub/pointer.ts';
import type { BootEnvironment, SystemState } from '../../../lib/model/environment.ts';
import { keptPlace } from '../../../lib/model/kernel-record.ts';
import type { FileText } from '../../../lib/model/observation.ts';
import type { Step } from '../../../lib/model/step.ts';
import { filesystemOf, inOrder, settle } from '../../../lib/plan/ordering.ts';
import type { Session } from '../../../lib/system/session.ts';
import { stageFile } from '../../../lib/system/staged-file.ts';
import { defaultPath, fatEntries, fatFiles, fatMenu, fatSystems } from './fat-files.ts';

/*
 * Runs in a guest whose FAT is mounted on /fat. It gives the FAT one system after the other. Then it makes that system
 * the default, either as `apply` does or (`rename`) by a rename over the old file.
 */

const top = '/fat';
const session: Partial<Session> = {
  opened: { esp: { top, type: 'vfat', source: '' }, boot: { top, type: 'vfat', source: '' } },
};
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

const readFile = (name: string): FileText => {
  const file = { on: 'esp', path: `grub2/${name}` } as const;
  if (!existsSync(`${top}/${file.path}`)) return { ...file, kind: 'missing' };
  return { ...file, kind: 'text', text: readFileSync(`${top}/${file.path}`, 'utf8') };
};

/** The GRUB directory of a separate /boot, as be-hook observes it. */
function observeDirectory(): MenuDirectoryFacts & { readonly inPlace: InPlaceFacts } {
  return {
    on: 'esp',
    path: 'grub2',
    exists: true,
    grubCfg: readFile('grub.cfg'),
    grubenv: readFile('grubenv'),
    menu: readFile('be-hook.cfg'),
    unfinishedWork: [],
    grubInstalled: undefined,
    grubCfgParses: true,
    inPlace: { menus: menuNames.map(readFile), custom: readFile('custom.cfg') },
  };
}

/** Keeps the image of one system after the other, and makes be-hook.cfg lead to its menu. */
async function showMenus(): Promise<void> {
  for (const name of fatSystems.slice(1)) {
    const { image, text } = fatMenu(name);
    const digest = createHash('sha256').update(image.text).digest('hex');
    const keeping = { kind: 'keep-file', on: 'esp', path: image.path, size: image.text.length, digest } as const;
    const directory = observeDirectory();
    const { clearing, menus, pointers } = planMenuInPlace(directory, directory.inPlace, text);
    const from = { on: 'esp', path: `source-${name}` } as const;
    await carryOut(
      ...inOrder([[{ ...keeping, from, reason: 'test' }], clearing, menus, pointers], ['esp']).filter(isOnFat),
    );
  }
}

/** The guest has no btrfs. */
const isOnFat = (step: Step): boolean => filesystemOf(step) !== 'root';

/** The partition of systemd-boot, as be-hook observes it. */
function observePartition(): BlsPartition {
  const read = (path: string): FileText => {
    if (!existsSync(`${top}/${path}`)) return { kind: 'missing', on: 'boot', path };
    return { kind: 'text', on: 'boot', path, text: readFileSync(`${top}/${path}`, 'utf8') };
  };
  const entries = readdirSync(`${top}/${entriesDirectory}`).map((name) => read(`${entriesDirectory}/${name}`));
  return { entries, distribution: [], settings: read('loader/loader.conf'), unfinishedWork: [] };
}

/** Keeps the image of one system after the other, and makes it the default of systemd-boot. */
async function showEntries(): Promise<void> {
  for (const name of fatSystems.slice(1)) {
    const { image } = fatMenu(name);
    const digest = createHash('sha256').update(image.text).digest('hex');
    const keeping = { kind: 'keep-file', on: 'boot', path: image.path, size: image.text.length, digest } as const;
    const from = { on: 'boot', path: `source-${name}` } as const;
    const loaderFacts = { loader: blsName, partition: observePartition() };
    const active = { active: true, maintained: true, readOnly: false, loaderFacts } as unknown as BootEnvironment;
    const state = { tools: { loaderFacts: { loader: blsName } } } as unknown as SystemState;
    const { groups } = installMenu(fatEntries(name), state)([active]);
    await carryOut(...inOrder([[{ ...keeping, from, reason: 'test' }], ...groups], ['boot']).filter(isOnFat));
  }
}

async function main(way: string | undefined): Promise<void> {
  if (way === 'keep') await keep();
  else if (way === 'menu') await showMenus();
  else if (way === 'entries') await showEntries();
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
