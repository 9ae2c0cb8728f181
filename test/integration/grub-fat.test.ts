import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { customFile } from '../../lib/bootloaders/grub/custom-file.ts';
import { menuNames, printPointer } from '../../lib/bootloaders/grub/pointer.ts';
import { renderMenu } from '../../lib/bootloaders/grub/render-menu.ts';
import { onBoot } from '../../lib/model/place.ts';
import { beName, filesystemUuid } from '../support/builders.ts';
import { type GrubRun, runGrub } from '../support/grub/boot.ts';
import { grubTools } from '../support/grub/versions.ts';
import { tool } from '../support/guest/tool.ts';

/** The serial number of the FAT, as mkfs.vfat and GRUB write it. */
const bootUuid = 'ABCD-1234';

/** A menu whose only entry boots this environment. */
function menuOf(name: string): string {
  const be = beName(name);
  const image = onBoot('vmlinuz-6.1');
  const entry = {
    be,
    release: '6.1',
    title: `${name}: Linux 6.1`,
    osId: 'fedora',
    image,
    initrds: [],
    options: [`be=${name}`],
  };
  return renderMenu({
    console: { terminalInput: [], terminalOutput: [], serial: undefined, unrestricted: true },
    menu: {
      filesystemUuid,
      bootUuid,
      default: { be, release: '6.1' },
      settings: { timeout: 3, timeoutFixed: false, timeoutStyle: 'menu' },
      oneShot: undefined,
      groups: [{ folded: false, be, entries: [entry] }],
    },
  });
}

/** The menu of a distribution, with the lines of 41_custom (util/grub.d/41_custom.in). */
const grubCfg = [
  'set timeout=3',
  "menuentry 'distribution' {",
  '  linux /vmlinuz-6.1 be=distribution',
  '}',
  'if [ -f  ${config_directory}/custom.cfg ]; then',
  '  source ${config_directory}/custom.cfg',
  'elif [ -z "${config_directory}" -a -f  $prefix/custom.cfg ]; then',
  '  source $prefix/custom.cfg',
  'fi',
  '',
].join('\n');

const test = suite('GRUB on a FAT');

/** What GRUB does on a FAT with these files in its directory. */
async function run(
  files: Readonly<Record<string, string>>,
  keys: readonly string[] = ['\r', '\r', '\r'],
): Promise<GrubRun> {
  const directory = await mkdtemp(join(tmpdir(), 'be-hook-grub-fat-'));
  try {
    const image = join(directory, 'fat');
    await tool('truncate', ['-s', '40M', image]);
    await tool('mformat', ['-i', image, '-F', '-N', bootUuid.replace('-', ''), '::']);
    await tool('mmd', ['-i', image, '::/grub2']);
    const all = { 'grub2/grub.cfg': grubCfg, 'vmlinuz-6.1': 'kernel' };
    for (const [path, text] of [
      ...Object.entries(all),
      ...Object.entries(files).map(([name, text]) => [`grub2/${name}`, text] as const),
    ])
      await tool('mcopy', ['-i', image, '-', `::/${path}`], { input: text });
    return await runGrub({ tools: await grubTools('2.12'), images: [image], menuDirectory: '/grub2' }, { keys });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const [first, second] = menuNames;
const menus = { 'custom.cfg': customFile, [first]: menuOf('one'), [second]: menuOf('two') };
const booted = ({ booted: found }: GrubRun): string | undefined => found?.linux.at(-1);

for (const [name, be] of [
  [first, 'one'],
  [second, 'two'],
] as const) {
  test(`shows the menu in ${name} if be-hook.cfg leads to it`, async () => {
    assert.is(booted(await run({ ...menus, 'be-hook.cfg': printPointer(name) })), `be=${be}`);
  });
}

test('shows the menu of the distribution after Esc', async () => {
  const { menus: shown, ...rest } = await run({ ...menus, 'be-hook.cfg': printPointer(first) }, ['\x1b', '\r', '\r']);

  assert.is(booted({ menus: shown, ...rest }), 'be=distribution');
  assert.is(shown.length, 2);
});

const text = menuOf('one');
for (const [what, files] of [
  ['the menu is missing', { 'custom.cfg': customFile, 'be-hook.cfg': printPointer(first) }],
  ['the menu is empty', { ...menus, [first]: '', 'be-hook.cfg': printPointer(first) }],
  ['the menu is cut short', { ...menus, [first]: text.slice(0, text.length / 2), 'be-hook.cfg': printPointer(first) }],
  ['be-hook.cfg is empty', { ...menus, 'be-hook.cfg': '' }],
  ['custom.cfg is empty', { ...menus, 'custom.cfg': '', 'be-hook.cfg': printPointer(first) }],
  ['custom.cfg is cut short', { ...menus, 'custom.cfg': customFile.slice(0, 700), 'be-hook.cfg': printPointer(first) }],
] as const) {
  test(`boots the distribution's menu if ${what}`, async () => {
    assert.is(booted(await run(files)), 'be=distribution');
  });
}

test.run();
