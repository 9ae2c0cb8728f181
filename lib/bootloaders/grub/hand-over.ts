import type { FileText } from '../../model/observation.ts';
import { quoteAlways, quoteGrub } from './quote.ts';

const begin =
  '# be-hook: begin. These lines show the menu of all boot environments (see be-hook(8)); be-hook keeps them here.';
const end = '# be-hook: end';

/**
 * Decides whether GRUB has to show the distribution's own menu at this start. `extra_cmdline` and `snapshot_num` are
 * set if snapper's menu runs the grub.cfg of a snapshot (grub2-snapper-plugin, 05_grub-snapshot). `boot_once` is set if
 * 00_header read a choice of grub-reboot from `next_entry` (util/grub.d/00_header.in of upstream, Fedora and openSUSE).
 * A `next_entry` counts only if GRUB has cleared it. On btrfs GRUB cannot clear it in a file, and would show that menu
 * at each start. Therefore the script loads the environment block again, from the place where 00_header loads it.
 */
const decision = [
  'set be_hook_yields="${extra_cmdline}${snapshot_num}"',
  'if [ -n "${boot_once}" -a -z "${be_hook_yields}" ]; then',
  '  set next_entry=',
  '  if [ -n "${env_block}" ]; then',
  '    if save_env -f "${env_block}" next_entry; then set be_hook_yields=y; fi',
  '  elif save_env next_entry; then',
  '    set be_hook_yields=y',
  '  fi',
  '  if [ -f "${config_directory}/grubenv" ]; then load_env -f "${config_directory}/grubenv" next_entry; fi',
  '  if [ -n "${env_block}" ]; then load_env -f "${env_block}" next_entry; fi',
  '  if [ -n "${next_entry}" ]; then set be_hook_yields=; fi',
  'fi',
];

/**
 * Shows be-hook's menu. `configfile` shows it at once. If the file is missing or does not parse, GRUB continues with
 * the menu around these lines. Esc returns to that menu too. The path is that of the grub.cfg being read
 * (`config_directory`, GRUB manual), because `prefix` may lie elsewhere. When GRUB read grub.cfg, that path was
 * absolute or relative to the default subvolume, and 00_header may have switched `btrfs_relative_path` since.
 * `configfile` sees exported variables only. Without the export a password would be lost. Fedora's
 * 10_reset_boot_success sets `menu_hide_ok`. 12_menu_auto_hide and 14_menu_show_once then decide how long a menu is
 * shown at this start (rhboot/grub2, util/grub.d). be-hook's menu follows that decision.
 */
const showing = [
  'if [ -z "${be_hook_yields}" ]; then',
  '  set be_hook_paths="${btrfs_relative_path}"',
  '  if [ ! -f "${config_directory}/be-hook.cfg" ]; then set btrfs_relative_path=n; fi',
  '  if [ ! -f "${config_directory}/be-hook.cfg" ]; then set btrfs_relative_path=y; fi',
  '  if [ -f "${config_directory}/be-hook.cfg" ]; then',
  '    if [ -n "${superusers}" ]; then export superusers; fi',
  '    if [ -n "${menu_hide_ok}" ]; then',
  '      set be_hook_timeout="${timeout}"',
  '      set be_hook_timeout_style="${timeout_style}"',
  '      export be_hook_timeout be_hook_timeout_style',
  '    fi',
  '    configfile "${config_directory}/be-hook.cfg"',
  '  fi',
  '  set btrfs_relative_path="${be_hook_paths}"',
  'fi',
];

/** be-hook's lines in a grub.cfg. */
export const handOverLines = [begin, ...decision, ...showing, end];

/** The first line of a grub.cfg that be-hook made because the system had no grub.cfg. */
const ownHead = '# Written by be-hook, because this system had no grub.cfg.';

/** Whether a grub.cfg loads a be-hook.cfg beside it. Lines that load another grub.cfg do not count. */
export function handsOver(grubCfg: FileText): boolean {
  return grubCfg.kind === 'text' && grubCfg.text.includes('/be-hook.cfg"');
}

/** The state of be-hook's lines in a grub.cfg. */
export type HandOver = 'present' | 'absent' | 'outdated' | 'broken';

/**
 * Finds be-hook's lines. `broken` means a begin without an end, or an end without a begin. be-hook then cannot cut the
 * lines out safely.
 */
export function findHandOver(grubCfg: string): HandOver {
  const lines = grubCfg.split('\n');
  const begins = lines.filter(isBegin).length;
  const ends = lines.filter((line) => line === end).length;
  if (begins === 0 && ends === 0) return 'absent';
  if (begins !== ends || cutBlocks(lines) === undefined) return 'broken';
  return begins === 1 && grubCfg.includes(handOverLines.join('\n')) ? 'present' : 'outdated';
}

/**
 * A grub.cfg with be-hook's lines exactly once. They are at the end, because all settings of the distribution must be
 * in effect before.
 */
export function addHandOver(grubCfg: string): string {
  return `${endLine(removeHandOver(grubCfg))}${handOverLines.join('\n')}\n`;
}

/**
 * A grub.cfg without be-hook's lines, otherwise unchanged. If the menu generator wrote a section around them, that
 * section is removed too. The function must not be called for a broken grub.cfg.
 */
export function removeHandOver(grubCfg: string): string {
  const lines = grubCfg.split('\n');
  return (cutBlocks(lines) ?? lines).join('\n').replace(emptySection, '');
}

/**
 * The comments that grub-mkconfig puts around the output of each script: those of be-hook's script, without any output
 * between them.
 */
const emptySection = /^### BEGIN \S*\/99_be-hook ###\n### END \S*\/99_be-hook ###\n\n?/gm;

/** A grub.cfg for a system that has no other one. */
export function ownGrubCfg(): string {
  return addHandOver(`${ownHead}\n`);
}

/** Whether be-hook made a grub.cfg. */
export function isOwnGrubCfg(grubCfg: string): boolean {
  return grubCfg.startsWith(`${ownHead}\n`);
}

/** Whether a grub.cfg exists that the distribution made. Its text may be unknown. */
export function isDistributions(grubCfg: FileText): boolean {
  return grubCfg.kind !== 'missing' && !(grubCfg.kind === 'text' && isOwnGrubCfg(grubCfg.text));
}

/**
 * A grub.cfg that continues with the one of the boot environment that the machine boots by default. A boot loader whose
 * prefix lies here must still reach that. The lines come first, because GRUB keeps one list of BLS entries: after a
 * `blscfg` of this file the other one would have no entries (rhboot/grub2, grub-core/commands/blscfg.c). The path is
 * absolute, and GRUB loads modules before the lines switch it to absolute paths; see `renderMenu`. A snapshot that
 * snapper's menu started shows its own menu.
 */
export function forwardTo(grubCfg: string, filesystemUuid: string, path: string): string {
  const place = `"(\${be_hook_root})"${quoteAlways(path)}`;
  const lines = [
    begin,
    'if [ -z "${extra_cmdline}${snapshot_num}" ]; then',
    '  insmod configfile',
    `  search --no-floppy --fs-uuid --set=be_hook_root ${quoteGrub(filesystemUuid)}`,
    '  set be_hook_paths="${btrfs_relative_path}"',
    '  set btrfs_relative_path=n',
    `  if [ -f ${place} ]; then configfile ${place}; fi`,
    '  set btrfs_relative_path="${be_hook_paths}"',
    'fi',
    end,
    '',
  ].join('\n');
  return lines + endLine(removeHandOver(grubCfg));
}

/**
 * A grub.cfg with a copy of be-hook's menu behind the entries of the distribution. The default of the copy is valid for
 * both. The next run of the menu generator removes the copy.
 */
export function appendMenu(grubCfg: string, menu: string): string {
  return `${endLine(removeHandOver(grubCfg))}${begin}\n${endLine(menu)}${end}\n`;
}

/** The script that the distribution's menu generator runs. With it the generator's output has be-hook's lines too. */
export const generatorScript = [
  '#!/bin/sh',
  '# Part of the menu generator (grub-mkconfig), installed by be-hook: hands over to the menu of all boot environments.',
  "cat <<'EOF'",
  ...handOverLines,
  'EOF',
  '',
].join('\n');

/** The name of the script, which the generator runs last. */
export const generatorScriptName = '99_be-hook';

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function isBegin(line: string): boolean {
  return line.startsWith('# be-hook: begin');
}

function cutBlocks(lines: readonly string[]): readonly string[] | undefined {
  const retained: string[] = [];
  let inside = false;
  for (const line of lines) {
    if (isBegin(line)) {
      if (inside) return undefined;
      inside = true;
    } else if (line === end) {
      if (!inside) return undefined;
      inside = false;
    } else if (!inside) retained.push(line);
  }
  return inside ? undefined : retained;
}
