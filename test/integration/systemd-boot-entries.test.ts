import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { renderEntries } from '../../lib/bootloaders/bls/entry-file.ts';
import { printEntryPath, printStem } from '../../lib/bootloaders/bls/entry-name.ts';
import { printCommandLine } from '../../lib/formats/kernel-command-line.ts';
import { entriesOf, isSameEntry, type Menu, type MenuGroup } from '../../lib/model/menu.ts';
import { onBoot, type Place } from '../../lib/model/place.ts';
import { tool } from '../support/guest/tool.ts';
import { anyMenu } from '../support/menus.ts';
import { needTool } from '../support/need-tool.ts';
import { systemdBoot } from '../support/systemd-boot.ts';

const test = suite('systemd’s reading of be-hook’s entries');

test.before(() => needTool('apt-get', 'dpkg-deb'));

/** What bootctl prints of an entry. */
interface Shown {
  readonly id: string;
  readonly title: string;
  readonly version?: string;
  readonly linux?: string;
  readonly initrd?: readonly string[];
  readonly options?: string;
}

/** bootctl wants the root of a file system, and leaves out entries whose kernel is missing. */
async function listBySystemd(menu: Menu, bootctl: string): Promise<readonly Shown[]> {
  const partition = await mkdtemp(join(tmpdir(), 'be-hook-entries-'));
  await tool('mount', ['-t', 'tmpfs', 'tmpfs', partition]);
  try {
    await mkdir(join(partition, 'EFI'));
    for (const { entry, kind, text } of renderEntries(menu)) {
      const { be, release, image } = entry;
      await write(join(partition, printEntryPath({ kind, be, release, number: 1 })), text);
      await write(join(partition, image.path), '');
    }
    const env = { SYSTEMD_RELAX_ESP_CHECKS: '1', SYSTEMD_RELAX_XBOOTLDR_CHECKS: '1' };
    const text = await tool(bootctl, [`--esp-path=${partition}`, '--json=short', 'list'], { env });
    // systemd 252 prints one object in each line.
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Shown]));
  } finally {
    await tool('umount', [partition]);
    await rm(partition, { recursive: true });
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** The same menu as the planners make it for a separate /boot: the names of copies have no odd characters. */
function onKeptImages(menu: Menu): Menu {
  const kept = (place: Place): Place =>
    onBoot(`be-hook/${Buffer.from(place.path).toString('hex').slice(0, 64) || '0'}`);
  const groups = menu.groups.map(
    (group): MenuGroup => ({
      ...group,
      entries: group.entries.map((entry) => ({
        ...entry,
        image: kept(entry.image),
        initrds: entry.initrds.map(kept),
        options: ['root=UUID=1', ...entry.options],
      })),
    }),
  );
  return { ...menu, groups };
}

test('finds each entry with its files and its whole command line, and the default first', async () => {
  const { bootctl } = await systemdBoot();
  await fc.assert(
    fc.asyncProperty(anyMenu.map(onKeptImages), async (menu) => {
      const shown = await listBySystemd(menu, bootctl);
      assert.is(shown.length, entriesOf(menu).length);
      assert.match(shown[0]?.id ?? '', /^be-hook-default__/);
      for (const entry of entriesOf(menu)) {
        const kind = isSameEntry(entry, menu.default) ? 'default' : 'other';
        const found = shown.find(({ id }) => id.startsWith(`${printStem({ kind, ...entry })}__`));
        assert.is(found?.title, entry.title.trimEnd());
        assert.is(found?.version, entry.release);
        assert.is(found?.linux, `/${entry.image.path}`);
        assert.is(found?.options, printCommandLine(entry.options).trimEnd());
        assert.equal(
          found?.initrd ?? [],
          entry.initrds.map(({ path }) => `/${path}`),
        );
      }
    }),
    { numRuns: 30 },
  );
});

test.run();
