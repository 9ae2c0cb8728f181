import { parseBlsEntry } from '../../formats/bls-entry.ts';
import { parseCommandLine, printCommandLine } from '../../formats/kernel-command-line.ts';
import { type Entry, entriesOf, isSameEntry, type Menu } from '../../model/menu.ts';
import type { FileText } from '../../model/observation.ts';
import { loaderPath, onBoot } from '../../model/place.ts';
import { type EntryKind, readEntryPath } from './entry-name.ts';

/** One entry of a menu, as a file. */
export interface EntryFile {
  readonly entry: Entry;
  readonly kind: EntryKind;
  readonly text: string;
}

/**
 * The sort keys of be-hook's entries. systemd-boot sorts by them first, and boots the first entry if no setting names
 * another (Boot Loader Specification, "Sorting"). The keys begin with digits, so no name of a distribution comes before.
 */
const sortKeys = { default: '00-be-hook-0', active: '00-be-hook-1', other: '00-be-hook-2' } as const;

/** The files that make the boot loader show a menu. */
export function renderEntries(menu: Menu): readonly EntryFile[] {
  return entriesOf(menu).map((entry) => {
    const kind = isSameEntry(entry, menu.default) ? 'default' : 'other';
    const key = kind === 'default' ? sortKeys.default : sortKeyOf(entry, menu);
    return { entry, kind, text: printEntry(entry, key) };
  });
}

/** The entries of one environment stay together. */
function sortKeyOf({ be }: Entry, menu: Menu): string {
  return be === menu.default.be ? sortKeys.active : `${sortKeys.other}-${be}`;
}

const osLine = '# os-release ID: ';

function printEntry({ title, release, osId, image, initrds, options }: Entry, sortKey: string): string {
  const lines = [
    '# made by be-hook, which replaces this file: be-hook(8)',
    `${osLine}${osId}`,
    `title ${title}`,
    `version ${release}`,
    `sort-key ${sortKey}`,
    `linux ${loaderPath(image)}`,
    ...initrds.map((initrd) => `initrd ${loaderPath(initrd)}`),
    `options ${printCommandLine(options)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Reads an entry; undefined for a file that be-hook has not made, or that a power cut left incomplete. */
export function readEntry(file: FileText): { readonly entry: Entry; readonly kind: EntryKind } | undefined {
  const name = readEntryPath(file.path);
  if (name === undefined || file.kind !== 'text' || !file.text.endsWith('\n')) return undefined;
  const { title, linux, initrds, options } = parseBlsEntry(file.text);
  if (title === undefined || linux === undefined || options === '') return undefined;
  const osId = file.text.split('\n').find((line) => line.startsWith(osLine)) ?? '';
  const { be, release, kind } = name;
  const entry: Entry = {
    be,
    release,
    title,
    osId: osId.slice(osLine.length),
    image: placeOf(linux),
    initrds: initrds.map(placeOf),
    options: parseCommandLine(options),
  };
  return { entry, kind };
}

function placeOf(path: string): Entry['image'] {
  return onBoot(path.replace(/^\/+/, ''));
}
