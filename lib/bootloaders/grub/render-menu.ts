import type { Entry, Menu, MenuGroup, OneShot } from '../../model/menu.ts';
import { loaderPath, printPlace } from '../../model/place.ts';
import { entryId, pathOfEntry, submenuId } from './entry-id.ts';
import type { GrubMenu } from './grub-menu.ts';
import { oneShotPath, oneShotVariable } from './one-shot-file.ts';
import { onlyForDefault } from './only-for-default.ts';
import { quoteGrub } from './quote.ts';

/** The name of be-hook's menu file, which lies beside each grub.cfg. */
export const menuFileName = 'be-hook.cfg';

/**
 * The forms of be-hook.cfg in the versions of be-hook. `first` is from before 2026-12. It has no absolute paths, and it
 * uses GRUB's command `true`, which Fedora's signed image lacks.
 */
export const menuForms = ['current', 'first'] as const;

/** One of `menuForms`. */
export type MenuForm = (typeof menuForms)[number];

/**
 * The text of be-hook.cfg for a menu. It works with GRUB 2.06 to 2.14. It has plain `menuentry` blocks that search
 * their file system themselves, and a default that is an id. It needs no environment block. The whole text is the body
 * of one function, so GRUB executes nothing of a file that was cut short. Otherwise GRUB would show the entries before
 * the cut, and without a default it would boot the first of them (found with real GRUB).
 */
export function renderMenu(shown: GrubMenu, form: MenuForm = 'current'): string {
  const { menu } = shown;
  const items = menu.groups.flatMap((group) =>
    group.folded
      ? [renderSubmenu(group, shown, form)]
      : group.entries.map((entry) => renderEntry(entry, shown, form, '')),
  );
  const once = menu.oneShot === undefined ? [] : renderOneShot(menu.oneShot, menu, form);
  const { filesystemUuid, defaultSubvolume } = menu;
  const guard = defaultSubvolume === undefined ? [] : onlyForDefault(filesystemUuid, defaultSubvolume);
  const body = [...guard, ...renderSettings(shown, form), ...once, '', ...items];
  return [...head, ...filesystemLine(menu), `function ${wrapper} {`, ...body, '}', wrapper, ''].join('\n');
}

const wrapper = 'be_hook_menu';

const head = [
  '# The boot menu of all boot environments, written by be-hook, which writes it anew when kernels come and go.',
  '# To change it see be-hook(8) and be-hook.conf(5); GRUB shows the menu of the distribution when Esc is pressed.',
];

/** The line by which be-hook finds out on which file system the files of an entry are. It is a comment for GRUB. */
export function filesystemLine({
  filesystemUuid,
  bootUuid,
}: Pick<Menu, 'filesystemUuid' | 'bootUuid'>): readonly string[] {
  return bootUuid === undefined ? [] : [`# Boot environments: ${filesystemUuid}; kernels: ${bootUuid}`];
}

/** Adopts the decision of the distribution's grub.cfg for this start, which the hand-over passes on. */
export const timeoutOfThisStart =
  'if [ -n "${be_hook_timeout}" ]; then set timeout_style="${be_hook_timeout_style}"; set timeout="${be_hook_timeout}"; fi';

function renderSettings({ menu, console }: GrubMenu, form: MenuForm): readonly string[] {
  const { serial, terminalInput, terminalOutput } = console;
  const { settings } = menu;
  return [
    ...(serial === undefined ? [] : [['serial', ...serial].map(quoteGrub).join(' ')]),
    ...(terminalInput.length === 0 ? [] : [['terminal_input', ...terminalInput].map(quoteGrub).join(' ')]),
    ...(terminalOutput.length === 0 ? [] : [['terminal_output', ...terminalOutput].map(quoteGrub).join(' ')]),
    `set default=${quoteGrub(pathOfEntry(menu, menu.default))}`,
    `set timeout_style=${settings.timeoutStyle}`,
    `set timeout=${settings.timeout}`,
    ...(settings.timeoutFixed || form === 'first' ? [] : [timeoutOfThisStart]),
  ];
}

/**
 * The one-shot request replaces the default only if GRUB could clear it. Otherwise GRUB would honour the request at
 * every start.
 */
function renderOneShot({ filesystemUuid, choices }: OneShot, menu: Menu, form: MenuForm): readonly string[] {
  const file = `(\${be_hook_esp})${oneShotPath}`;
  return [
    '',
    `search --no-floppy --fs-uuid --set=be_hook_esp ${quoteGrub(filesystemUuid)}`,
    `set ${oneShotVariable}=`,
    `if [ -f "${file}" ]; then load_env --file "${file}" ${oneShotVariable}; fi`,
    `set be_hook_chosen="\${${oneShotVariable}}"`,
    'if [ -n "${be_hook_chosen}" ]; then',
    `\tset ${oneShotVariable}=`,
    `\tif save_env --file "${file}" ${oneShotVariable}; then`,
    ...choices.map((key) => {
      const chosen = `[ "\${be_hook_chosen}" = ${quoteGrub(key.be)} ]`;
      return `\t\tif ${chosen}; then set default=${quoteGrub(pathOfEntry(menu, key))}; fi`;
    }),
    // GRUB requires a command in the body of `if`, and Fedora's image has no `true`.
    form === 'first' ? '\t\ttrue' : '\t\tset be_hook_chosen=',
    '\tfi',
    'fi',
  ];
}

type Submenu = Extract<MenuGroup, { folded: true }>;

function renderSubmenu(item: Submenu, shown: GrubMenu, form: MenuForm): string {
  const entries = item.entries.map((entry) => renderEntry(entry, shown, form, '\t'));
  return [`${heading('submenu', item.title, item.osId, shown, submenuId(item.be))} {`, ...entries, '}'].join('\n');
}

/**
 * If `btrfs_relative_path` is `y`, the btrfs driver of Fedora and openSUSE starts at the default subvolume
 * (rhboot/grub2, branch fedora-44, grub-core/fs/btrfs.c, find_path). be-hook's paths start at the top level. GRUB finds
 * modules on disk only in the distribution's mode. All commands that need a module therefore come before the switch.
 */
const absolutePaths = 'set btrfs_relative_path=n';

function renderEntry(entry: Entry, shown: GrubMenu, form: MenuForm, indent: string): string {
  const body = [
    'insmod gzio',
    'if [ x$feature_all_video_module = xy ]; then insmod all_video; fi',
    'set gfxpayload=keep',
    ...(form === 'first' ? [] : ['insmod linux']),
    `search --no-floppy --fs-uuid --set=root ${quoteGrub(uuidOf(entry, shown.menu))}`,
    `echo ${quoteGrub(`Loading Linux ${entry.release} of ${entry.be} ...`)}`,
    ...(form === 'first' ? [] : [absolutePaths]),
    ['linux', loaderPath(entry.image), ...entry.options].map(quoteGrub).join(' '),
    ...(entry.initrds.length === 0 ? [] : [['initrd', ...entry.initrds.map(loaderPath)].map(quoteGrub).join(' ')]),
  ];
  return [
    `${indent}${heading('menuentry', entry.title, entry.osId, shown, entryId(entry.be, entry.release))} {`,
    ...body.map((line) => `${indent}\t${line}`),
    `${indent}}`,
  ].join('\n');
}

/** An entry searches for one file system. The planners put all files of an entry on the same one. */
function uuidOf({ image, initrds }: Entry, { filesystemUuid, bootUuid }: Menu): string {
  const uuid = { root: filesystemUuid, boot: bootUuid, esp: undefined }[image.on];
  if (uuid === undefined || initrds.some(({ on }) => on !== image.on))
    throw new Error(`no entry of GRUB's menu can load ${[image, ...initrds].map(printPlace).join(' ')}`);
  return uuid;
}

function heading(command: string, title: string, osId: string, { console }: GrubMenu, id: string): string {
  const access = console.unrestricted ? ['--unrestricted'] : [];
  const entry = [command, title, '--class', osId, '--class', 'gnu-linux', '--class', 'os', ...access, '--id', id];
  return entry.map(quoteGrub).join(' ');
}
