const begin =
  '# be-hook: begin. These lines show the menu of all boot environments (see be-hook(8)); be-hook keeps them here.';
const end = '# be-hook: end';

/**
 * Decides whether the distribution's own menu is due at this start: `extra_cmdline` and `snapshot_num` are set where
 * snapper's menu runs the grub.cfg of a snapshot (grub2-snapper-plugin, 05_grub-snapshot), and `boot_once` where
 * 00_header took what grub-reboot left in `next_entry` (util/grub.d/00_header.in of upstream, Fedora and openSUSE). A
 * `next_entry` counts only if it is gone afterwards: on btrfs GRUB cannot clear it in a file, and would come here at
 * each start. The environment is therefore loaded again, from where 00_header loads it.
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
 * Shows our menu. `configfile` shows it at once; where the file is missing or does not parse GRUB carries on with the
 * menu around these lines, and Esc comes back to it. The path is that of the grub.cfg being read (`config_directory`,
 * GRUB manual), because `prefix` may lie elsewhere. That path was absolute or relative to the default subvolume when
 * grub.cfg was read, and 00_header may have switched `btrfs_relative_path` since. `configfile` sees exported variables
 * only, so a password would be lost without the export. Fedora's 10_reset_boot_success sets `menu_hide_ok`, and 12_menu_auto_hide
 * and 14_menu_show_once then decide how long a menu is shown at this start (rhboot/grub2, util/grub.d); ours follows.
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

const handOverLines = [begin, ...decision, ...showing, end];

/** The first line of a grub.cfg that be-hook made because there was none. */
const ownHead = '# Written by be-hook, because this system had no grub.cfg.';

/** What a grub.cfg says about our hand-over. */
export type HandOver = 'present' | 'absent' | 'outdated' | 'broken';

/**
 * Looks for our lines: `broken` means that a begin has no end or the other way round, so that nothing can be cut out
 * safely.
 */
export function findHandOver(grubCfg: string): HandOver {
  const lines = grubCfg.split('\n');
  const begins = lines.filter(isBegin).length;
  const ends = lines.filter((line) => line === end).length;
  if (begins === 0 && ends === 0) return 'absent';
  if (begins !== ends || cutBlocks(lines) === undefined) return 'broken';
  return begins === 1 && grubCfg.includes(handOverLines.join('\n')) ? 'present' : 'outdated';
}

/** A grub.cfg with our lines once, at its end, so that everything the distribution sets up is in effect before. */
export function addHandOver(grubCfg: string): string {
  return `${endLine(removeHandOver(grubCfg))}${handOverLines.join('\n')}\n`;
}

/**
 * A grub.cfg without our lines, and without the section around them where the menu generator wrote one, otherwise
 * unchanged. Must not be asked for a broken one.
 */
export function removeHandOver(grubCfg: string): string {
  const lines = grubCfg.split('\n');
  return (cutBlocks(lines) ?? lines).join('\n').replace(emptySection, '');
}

/** What grub-mkconfig puts around the output of each of its scripts; ours, with nothing left in it. */
const emptySection = /^### BEGIN \S*\/99_be-hook ###\n### END \S*\/99_be-hook ###\n\n?/gm;

/** A grub.cfg for a system that had none. */
export function ownGrubCfg(): string {
  return addHandOver(`${ownHead}\n`);
}

/** Whether a grub.cfg is one that be-hook made. */
export function isOwnGrubCfg(grubCfg: string): boolean {
  return grubCfg.startsWith(`${ownHead}\n`);
}

/**
 * A grub.cfg that goes on to another one, of the boot environment that the machine boots by default: a boot loader whose
 * prefix lies here must still end up there. The lines stand first, because GRUB keeps one list of BLS entries: after a
 * `blscfg` of this file the other one would have no entries (rhboot/grub2, grub-core/commands/blscfg.c). The path is
 * absolute, and modules are loaded before GRUB is switched to absolute paths; see `renderMenu`. A snapshot that snapper's
 * menu started shows its own menu.
 */
export function forwardTo(grubCfg: string, filesystemUuid: string, path: string): string {
  const place = `"(\${be_hook_root})"${quotePath(path)}`;
  const lines = [
    begin,
    'if [ -z "${extra_cmdline}${snapshot_num}" ]; then',
    '  insmod configfile',
    `  search --no-floppy --fs-uuid --set=be_hook_root ${filesystemUuid}`,
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

/** The script that the distribution's menu generator runs, so that its output has our lines too. */
export const generatorScript = [
  '#!/bin/sh',
  '# Part of the menu generator (grub-mkconfig), installed by be-hook: hands over to the menu of all boot environments.',
  "cat <<'EOF'",
  ...handOverLines,
  'EOF',
  '',
].join('\n');

/** Its name: the last of the generator's scripts. */
export const generatorScriptName = '99_be-hook';

function quotePath(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

function isBegin(line: string): boolean {
  return line.startsWith('# be-hook: begin');
}

function cutBlocks(lines: readonly string[]): readonly string[] | undefined {
  const kept: string[] = [];
  let inside = false;
  for (const line of lines) {
    if (isBegin(line)) {
      if (inside) return undefined;
      inside = true;
    } else if (line === end) {
      if (!inside) return undefined;
      inside = false;
    } else if (!inside) kept.push(line);
  }
  return inside ? undefined : kept;
}
