import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { timeoutOfThisStart } from '../../lib/bootloaders/grub/render-menu.ts';
import {
  fallbackCounting,
  header,
  menuAutoHide,
  menuShowOnce,
  resetBootSuccess,
} from '../support/grub/distribution-scripts.ts';
import { type GrubVersion, grubReleases, grubTools } from '../support/grub/versions.ts';
import { environment, rawBlock, withWritableDisk } from '../support/grub/writable-disk.ts';

const entry = (id: string): string => `menuentry ${id} --id ${id} { linux /kernel ${id} }\n`;
const grubCfg = header() + entry('distribution') + entry('other');
const menu = `set default=own\nset timeout=1\n${entry('own')}`;

/** The environment of GRUB, and the entries that must boot at the first, second and third start. */
interface Case {
  readonly name: string;
  readonly grubenv?: string;
  readonly block?: string;
  readonly before?: string;
  readonly boots: readonly [string, string, string];
  /** The same for GRUB before 2.14, which cannot write to an environment block outside of a file system. */
  readonly before214?: readonly [string, string, string];
}

const inBlock = environment(`env_block=${rawBlock}`);
const cases: readonly Case[] = [
  { name: 'without a request', grubenv: environment(), boots: ['own', 'own', 'own'] },
  {
    name: 'grub-reboot wrote to grubenv',
    grubenv: environment('next_entry=other'),
    boots: ['other', 'own', 'own'],
  },
  {
    name: 'grub-reboot wrote to a raw block of the disk',
    grubenv: inBlock,
    block: environment('boot_success=1', 'next_entry=other'),
    boots: ['other', 'own', 'own'],
    before214: ['own', 'own', 'own'],
  },
  {
    name: 'the block and grubenv have different requests',
    grubenv: environment(`env_block=${rawBlock}`, 'next_entry=distribution'),
    block: environment('next_entry=other'),
    boots: ['other', 'own', 'own'],
    before214: ['own', 'own', 'own'],
  },
  {
    name: 'GRUB cannot clear the request in a damaged block',
    grubenv: environment(`env_block=${rawBlock}`, 'next_entry=other'),
    block: 'x'.repeat(1024),
    boots: ['own', 'own', 'own'],
  },
  {
    name: 'a request of an old grub-reboot',
    grubenv: environment('saved_entry=other', 'prev_saved_entry=distribution'),
    boots: ['distribution', 'own', 'own'],
  },
  { name: 'no grubenv', boots: ['own', 'own', 'own'] },
  {
    name: "snapper's menu starts a snapshot with a command line",
    grubenv: environment(),
    before: 'set extra_cmdline="rootflags=subvol=x"\nexport extra_cmdline',
    boots: ['distribution', 'distribution', 'distribution'],
  },
  {
    name: "snapper's menu starts a snapshot by its number",
    grubenv: environment(),
    before: 'set snapshot_num=7\nexport snapshot_num',
    boots: ['distribution', 'distribution', 'distribution'],
  },
];

/** The lines of a real be-hook.cfg that set the timeout. */
const ownSettings = `set timeout_style=menu\nset timeout=7\n${timeoutOfThisStart}`;
const fedora = resetBootSuccess + menuAutoHide + menuShowOnce;
const styles = [
  { situation: "without Fedora's scripts", style: 'menu 7', block: ['boot_success=1', 'menu_auto_hide=1'], script: '' },
  {
    situation: 'after a successful boot',
    style: 'hidden 1',
    block: ['boot_success=1', 'menu_auto_hide=1'],
    script: fedora,
  },
  { situation: 'after a failed boot', style: 'menu 5', block: ['boot_success=0', 'menu_auto_hide=1'], script: fedora },
  {
    situation: 'menu_show_once is set',
    style: 'menu 60',
    block: ['boot_success=1', 'menu_auto_hide=1', 'menu_show_once=1'],
    script: fedora,
  },
  {
    situation: 'menu_show_once_timeout is set',
    style: 'menu 33',
    block: ['boot_success=1', 'menu_show_once_timeout=33'],
    script: fedora,
  },
];

function testsWith(version: GrubVersion): void {
  const grub = suite(`the hand-over with GRUB ${version}`);

  for (const { name, before, boots, before214 = boots, ...files } of cases) {
    const expected = version === '2.14' ? boots : before214;
    const outcome = new Set(expected).size === 1 ? `always boots ${expected[0]}` : `boots ${expected.join(', then ')}`;
    grub(`${name}: ${outcome}`, async () => {
      const tools = await grubTools(version);
      await withWritableDisk({ grubCfg, menu, ...files }, async ({ boot }) => {
        for (const id of expected) {
          const { booted } = await boot(tools, { before: before ?? '' });
          assert.is(booted?.chosen, id);
        }
      });
    });
  }

  for (const { situation, style, block, script } of styles) {
    grub(`${situation}: the menu has the style “${style}”`, async () => {
      const tools = await grubTools(version);
      const distribution = header() + script + entry('distribution');
      const probe = `${ownSettings}\necho "shown: \${timeout_style} \${timeout}"\nset timeout=0\nset timeout_style=menu\n${entry('own')}`;
      await withWritableDisk(
        { grubCfg: distribution, menu: probe, grubenv: environment(...block) },
        async ({ boot }) => {
          assert.ok((await boot(tools)).messages.includes(`shown: ${style}`));
        },
      );
    });
  }

  grub("a boot counter at 0 changes only the default of the distribution's menu", async () => {
    const tools = await grubTools(version);
    const counted = header() + fallbackCounting + entry('distribution') + entry('other');
    const grubenv = environment('boot_counter=0', 'boot_success=0');
    await withWritableDisk(
      { grubCfg: counted, menu: menu.replace('timeout=1', 'timeout=-1'), grubenv },
      async ({ boot }) => {
        assert.is((await boot(tools)).booted?.chosen, 'own');
        assert.is((await boot(tools, { keys: ['\x1b', '\r'] })).booted?.chosen, 'other');
      },
    );
  });

  grub.run();
}

for (const version of grubReleases) testsWith(version);
