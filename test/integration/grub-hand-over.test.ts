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
const menu = `set default=ours\nset timeout=1\n${entry('ours')}`;

/** The request for a start, and the entries that have to boot at the first, second and third start. */
interface Case {
  readonly name: string;
  readonly grubenv?: string;
  readonly block?: string;
  readonly before?: string;
  readonly boots: readonly [string, string, string];
  /** The entries that boot with upstream releases that cannot write to a block outside of a file system. */
  readonly before214?: readonly [string, string, string];
}

const inBlock = environment(`env_block=${rawBlock}`);
const cases: readonly Case[] = [
  { name: 'without a request', grubenv: environment(), boots: ['ours', 'ours', 'ours'] },
  {
    name: 'grub-reboot, kept in grubenv',
    grubenv: environment('next_entry=other'),
    boots: ['other', 'ours', 'ours'],
  },
  {
    name: 'grub-reboot, kept in a block outside of the file system',
    grubenv: inBlock,
    block: environment('boot_success=1', 'next_entry=other'),
    boots: ['other', 'ours', 'ours'],
    before214: ['ours', 'ours', 'ours'],
  },
  {
    name: 'grub-reboot in the block, beside an old request in a file',
    grubenv: environment(`env_block=${rawBlock}`, 'next_entry=distribution'),
    block: environment('next_entry=other'),
    boots: ['other', 'ours', 'ours'],
    before214: ['ours', 'ours', 'ours'],
  },
  {
    name: 'a request that cannot be cleared, because the block is damaged',
    grubenv: environment(`env_block=${rawBlock}`, 'next_entry=other'),
    block: 'x'.repeat(1024),
    boots: ['ours', 'ours', 'ours'],
  },
  {
    name: 'a request of an old grub-reboot',
    grubenv: environment('saved_entry=other', 'prev_saved_entry=distribution'),
    boots: ['distribution', 'ours', 'ours'],
  },
  { name: 'no grubenv', boots: ['ours', 'ours', 'ours'] },
  {
    name: 'a snapshot of snapper, with a request beside it',
    grubenv: environment(),
    before: 'set extra_cmdline="rootflags=subvol=x"\nexport extra_cmdline',
    boots: ['distribution', 'distribution', 'distribution'],
  },
  {
    name: 'a snapshot known by its number',
    grubenv: environment(),
    before: 'set snapshot_num=7\nexport snapshot_num',
    boots: ['distribution', 'distribution', 'distribution'],
  },
];

/** The lines of a real be-hook.cfg that set the timeout. */
const ownSettings = `set timeout_style=menu\nset timeout=7\n${timeoutOfThisStart}`;
const fedora = resetBootSuccess + menuAutoHide + menuShowOnce;
const starts = [
  { request: 'no script of Fedora', style: 'menu 7', block: ['boot_success=1', 'menu_auto_hide=1'], script: '' },
  {
    request: 'hidden after a good boot',
    style: 'hidden 1',
    block: ['boot_success=1', 'menu_auto_hide=1'],
    script: fedora,
  },
  { request: 'shown after a bad boot', style: 'menu 5', block: ['boot_success=0', 'menu_auto_hide=1'], script: fedora },
  {
    request: 'shown once',
    style: 'menu 60',
    block: ['boot_success=1', 'menu_auto_hide=1', 'menu_show_once=1'],
    script: fedora,
  },
  {
    request: 'shown once for a time',
    style: 'menu 33',
    block: ['boot_success=1', 'menu_show_once_timeout=33'],
    script: fedora,
  },
];

function testsWith(version: GrubVersion): void {
  const grub = suite(`the hand-over with GRUB ${version}`);

  for (const { name, before, boots: wanted, before214 = wanted, ...files } of cases) {
    const boots = version === '2.14' ? wanted : before214;
    grub(`${name}: boots ${boots.join(', then ')}`, async () => {
      const tools = await grubTools(version);
      await withWritableDisk({ grubCfg, menu, ...files }, async ({ boot }) => {
        for (const expected of boots) {
          const { booted } = await boot(tools, { before: before ?? '' });
          assert.is(booted?.chosen, expected);
        }
      });
    });
  }

  for (const { request, style, block, script } of starts) {
    grub(`gives the menu the style “${style}”: ${request}`, async () => {
      const tools = await grubTools(version);
      const distribution = header() + script + entry('distribution');
      const probe = `${ownSettings}\necho "shown: \${timeout_style} \${timeout}"\nset timeout=0\nset timeout_style=menu\n${entry('ours')}`;
      await withWritableDisk(
        { grubCfg: distribution, menu: probe, grubenv: environment(...block) },
        async ({ boot }) => {
          assert.ok((await boot(tools)).messages.includes(`shown: ${style}`));
        },
      );
    });
  }

  grub('lets a used-up boot counter change only the default of the distribution', async () => {
    const tools = await grubTools(version);
    const counted = header() + fallbackCounting + entry('distribution') + entry('other');
    const grubenv = environment('boot_counter=0', 'boot_success=0');
    await withWritableDisk(
      { grubCfg: counted, menu: menu.replace('timeout=1', 'timeout=-1'), grubenv },
      async ({ boot }) => {
        assert.is((await boot(tools)).booted?.chosen, 'ours');
        assert.is((await boot(tools, { keys: ['\x1b', '\r'] })).booted?.chosen, 'other');
      },
    );
  });

  grub.run();
}

for (const version of grubReleases) testsWith(version);
