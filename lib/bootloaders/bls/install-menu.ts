import type { BootEnvironment, SystemState } from '../../model/environment.ts';
import type { Menu } from '../../model/menu.ts';
import { shownPath } from '../../model/place.ts';
import type { Problem } from '../../model/problem.ts';
import type { Step } from '../../model/step.ts';
import type { LoaderSteps } from '../../plan/loader.ts';
import { type EntryFile, renderEntries } from './entry-file.ts';
import { printEntryPath, printStem, readEntryPath } from './entry-name.ts';
import { type BlsPartition, blsPartition, chosenEntry } from './facts.ts';
import { readDefault, withEntry } from './settings.ts';

/**
 * Steps that make the partition show the menu. All environments share it: it belongs to the active one. New entries get new
 * names. They are on disk before loader.conf names one of them, and the old ones are removed after that. So at each moment
 * loader.conf names a complete entry.
 */
export function installMenu(menu: Menu, state: SystemState): (environments: readonly BootEnvironment[]) => LoaderSteps {
  return (environments) => {
    const owner = environments.find(({ active, maintained, readOnly }) => active && maintained && !readOnly);
    const partition = owner === undefined ? undefined : blsPartition(owner);
    return partition === undefined
      ? { groups: [], unresolved: [] }
      : showEntries(renderEntries(menu), partition, state);
  };
}

function showEntries(files: readonly EntryFile[], partition: BlsPartition, { tools }: SystemState): LoaderSteps {
  const planned = files.map((file) => ({ ...planEntry(file, partition), kind: file.kind }));
  const kept = new Set(planned.map(({ path }) => path));
  const stale = partition.entries.map(({ path }) => path).filter((path) => !kept.has(path));
  const chosen =
    planned
      .find(({ kind }) => kind === 'default')
      ?.path.split('/')
      .at(-1) ?? '';
  const settings = planSettings(partition, chosen);
  return {
    groups: [
      planTidying(partition),
      planned.flatMap(({ steps }) => steps),
      settings.steps,
      settings.problem === undefined ? stale.map((path) => remove(path, 'the menu no longer has this entry')) : [],
    ],
    unresolved: [
      ...(settings.problem === undefined ? [] : [settings.problem]),
      ...findForeignChoice(chosenEntry(tools), chosen),
    ],
  };
}

/** FAT cannot give an empty file a content safely: its name has to be free. */
function planTidying({ unfinishedWork, settings }: BlsPartition): readonly Step[] {
  const isEmpty = settings.kind === 'text' && settings.text === '';
  return [
    ...unfinishedWork.map((path) => remove(path, 'it is unfinished work of an interrupted run')),
    ...(isEmpty ? [remove(settings.path, 'it is empty')] : []),
  ];
}

/** A file that shows the entry already, or a new one with a name that no file has. */
function planEntry(
  { entry, kind, text }: EntryFile,
  { entries }: BlsPartition,
): { readonly path: string; readonly steps: readonly Step[] } {
  const stem = printStem({ kind, ...entry });
  const named = entries.flatMap((file) => {
    const name = readEntryPath(file.path);
    return name !== undefined && printStem(name) === stem ? [{ file, number: name.number }] : [];
  });
  const present = named.find(({ file }) => file.kind === 'text' && file.text === text);
  if (present !== undefined) return { path: present.file.path, steps: [] };
  const number = Math.max(0, ...named.map((each) => each.number)) + 1;
  const path = printEntryPath({ kind, be: entry.be, release: entry.release, number });
  const reason = named.length === 0 ? 'the menu has no such entry yet' : 'the entry is out of date';
  return { path, steps: [{ kind: 'write-file', on: 'boot', path, text, mode: 0o600, labelLike: undefined, reason }] };
}

function planSettings(
  { settings }: BlsPartition,
  chosen: string,
): { readonly steps: readonly Step[]; readonly problem?: Problem } {
  const where = `/${shownPath({ on: 'boot', path: settings.path })}`;
  if (settings.kind === 'unreadable')
    return { steps: [], problem: { code: 'file-unreadable', path: where.slice(1), why: settings.why } };
  const text = withEntry(settings, chosen);
  if (text === undefined) {
    const hint = 'shorten the file to 270 ASCII characters, or remove its lines “default”, then run: be-hook sync';
    return { steps: [], problem: { code: 'default-foreign', where, value: readDefault(settings) ?? '', hint } };
  }
  if (settings.kind === 'text' && settings.text === text) return { steps: [] };
  const reason = 'it names the entry that boots by default';
  const { path } = settings;
  return { steps: [{ kind: 'write-file', on: 'boot', path, text, mode: 0o600, labelLike: undefined, reason }] };
}

/** be-hook does not write firmware variables. */
function findForeignChoice(variable: string | undefined, chosen: string): readonly Problem[] {
  if (variable === undefined || variable === '' || variable === chosen) return [];
  const where = 'the firmware variable LoaderEntryDefault';
  return [{ code: 'default-foreign', where, value: variable, hint: 'run: bootctl set-default ""' }];
}

function remove(path: string, reason: string): Step {
  return { kind: 'remove-file', on: 'boot', path, reason };
}
