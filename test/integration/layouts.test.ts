import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BubbleOptions, type Ended, inBubble, rootOf } from '../support/bubble.ts';
import {
  firstSnapshot,
  suseDefaultGrub,
  suseFstab,
  suseGrubCfg,
} from '../support/distributions/opensuse-snapshot-booting.ts';
import { bootloaderSetting, entriesSrel, sdbootEntry } from '../support/distributions/sdbootutil.ts';
import { tool } from '../support/guest/tool.ts';
import { furnish } from '../support/hook-machine.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHook } from '../support/program.ts';
import { makeRoot, type RootOptions } from '../support/root-tree.ts';
import { snapshotTree } from '../support/snapshot-tree.ts';

/*
 * Machines whose boot loader never reads the menu of be-hook. Every command refuses them by name, with the same message. Hooks
 * print nothing, and nothing on the file system changes.
 */
const test = suite('layouts');

const release = '6.17.1-1-default';

interface Machine {
  readonly fs: LoopBtrfs;
  readonly subvolume: string;
  run(command: readonly string[], options?: BubbleOptions): Promise<Ended>;
}

async function withMachine(
  subvolume: string,
  describe: (uuid: string) => Partial<RootOptions>,
  body: (machine: Machine) => Promise<void>,
): Promise<void> {
  await withBtrfs({ sizeMiB: 512 }, async (fs) => {
    await makeRoot(fs, subvolume, { kernels: [release], menuDirectory: 'boot/grub2', ...describe(fs.uuid) });
    await furnish(join(fs.top, subvolume));
    const run: Machine['run'] = (command, options) => inBubble(rootOf(fs, subvolume), command, options);
    await run(['true']);
    await body({ fs, subvolume, run });
  });
}

const firmware = 'mount -t tmpfs none /sys/firmware && mkdir -p /sys/firmware/efi/efivars';

/** A command that runs `command` on a machine with UEFI, with `files` on its EFI system partition. */
function withEsp(files: Readonly<Record<string, string>>, command: string): readonly string[] {
  const puts = Object.entries(files).map(
    ([path, text]) => `mkdir -p "$(dirname '/efi/${path}')"; printf '%s' '${text}' >'/efi/${path}'`,
  );
  const mount = 'mount -t tmpfs none /efi';
  return ['sh', '-euc', [firmware, mount, ...puts, command].join('\n')];
}

const fewVerbs: readonly string[] = [
  'setup --dry-run',
  'setup --yes',
  'adopt',
  'sync',
  'create copy',
  'menu',
  'rollback',
];

const allVerbs: readonly string[] = [
  ...fewVerbs,
  'create -a copy',
  'activate NAME',
  'activate -t NAME',
  'rollback NAME@s',
  'snapshot NAME@s',
  'describe NAME text',
  'hold NAME',
  'rename NAME other',
  'cmdline NAME --append quiet',
  'export NAME',
  'upgrade',
  'run -- true',
  'create --automatic',
];

/** Runs all verbs in one bubble, because a bubble takes longer than be-hook. Prints `STATUS: VERB: STDERR` for each. */
const tryAll = (verbs: readonly string[]): string => `
name=$(be-hook list -H 2>/dev/null | cut -d';' -f1)
for verb in ${verbs.map((verb) => `'${verb}'`).join(' ')}; do
  status=0
  be-hook $(printf '%s' "$verb" | sed "s/NAME/$name/") >/tmp/out 2>/tmp/err </dev/null || status=$?
  echo "$status: $verb: $(cat /tmp/err)"
done
status=0; be-hook check || status=$?; echo "$status: check: $(be-hook check 2>&1)"
/usr/lib/kernel/install.d/95-be-hook.install add ${release} /boot/x /boot/x /boot/x 2>&1
/usr/lib/be-hook/posttrans </dev/null 2>&1
`;

/** Runs all verbs. Checks that each is refused with the same message, that nothing changes, and that hooks print nothing. */
async function refusesAll(
  machine: Machine,
  says: RegExp,
  wrap: (script: string) => readonly string[],
  verbs = fewVerbs,
): Promise<void> {
  const before = await snapshotTree(machine.fs.top);
  const { stdout, stderr } = await machine.run(wrap(tryAll(verbs)), { seconds: 240 });
  const lines = stdout.trim().split('\n');
  assert.is(lines.length, verbs.length + 1, stdout + stderr);
  for (const line of lines) {
    assert.match(line, /^78: /, line);
    if (!line.startsWith('78: check')) assert.match(line, says, line);
  }
  assert.equal(await snapshotTree(machine.fs.top), before);
  const shown = await machine.run(wrap('be-hook status; be-hook list'));
  assert.is(shown.status, 0, shown.stderr);
  assert.match(shown.stdout, /not served/);
  assert.match(shown.stderr, says);
}

const plain = (script: string): readonly string[] => ['sh', '-uc', script];

test('of MicroOS with a read-only root are refused by name', async () => {
  const suse = (uuid: string): Partial<RootOptions> => ({
    fstab: suseFstab(uuid),
    defaultGrub: suseDefaultGrub,
    grubCfg: suseGrubCfg(uuid, release),
  });
  await withMachine(firstSnapshot, suse, async (machine) => {
    const root = join(machine.fs.top, firstSnapshot);
    await tool('btrfs', ['subvolume', 'set-default', root]);
    await tool('btrfs', ['property', 'set', '-ts', root, 'ro', 'true']);
    const says = /read-only and maintained by transactional-update \(.*\); .*LAYOUTS in be-hook-boot\(7\)/;
    await refusesAll(machine, says, plain, allVerbs);
  });
});

test('of Fedora with snapper are served if the fstab names the root', async () => {
  const fedora = (uuid: string): Partial<RootOptions> => ({
    defaultGrub: `${suseDefaultGrub}GRUB_TIMEOUT=5\n`,
    grubCfg: suseGrubCfg(uuid, release),
  });
  await withMachine('root', fedora, async (machine) => {
    await tool('btrfs', ['subvolume', 'set-default', join(machine.fs.top, 'root')]);
    const { status, stderr } = await machine.run(['sh', '-euc', 'be-hook adopt && be-hook sync && be-hook check']);
    assert.is(status, 0, stderr);
  });
});

for (const loader of ['grub2-bls', 'systemd-boot'] as const) {
  test(`with sdbootutil and ${loader} are refused by name, also if they do not run`, async () => {
    await withMachine(
      '@',
      () => ({ grubCfg: null }),
      async (machine) => {
        const root = join(machine.fs.top, '@');
        await mkdir(join(root, 'etc/sysconfig'), { recursive: true });
        await writeFile(join(root, 'etc/sysconfig/bootloader'), bootloaderSetting(loader));
        const says = new RegExp(`entries of “\\S+” are on the EFI system partition.*LOADER_TYPE=${loader}.*LAYOUTS`);
        await refusesAll(machine, says, plain);
        assert.is((await beHook('adopt', '@', '--filesystem', machine.fs.top)).status, 78);
      },
    );
  });
}

test('with entries only on the EFI system partition are refused by name', async () => {
  await withMachine(
    '@',
    () => ({ grubCfg: null }),
    async (machine) => {
      await mkdir(join(machine.fs.top, '@/efi'));
      const { name, text } = sdbootEntry(release, 1);
      const files = { 'loader/entries.srel': entriesSrel, [`loader/entries/${name}`]: text };
      await refusesAll(machine, /are on the EFI system partition.*\/efi\/loader\/entries/, (script) =>
        withEsp(files, script),
      );
    },
  );
});

test('that systemd-boot started are refused by name', async () => {
  await withMachine(
    '@',
    () => ({}),
    async (machine) => {
      await mkdir(join(machine.fs.top, '@/efi'));
      const variable = '/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
      const set = `printf '\\006\\0\\0\\0' >${variable}; printf 'systemd-boot 257.5' | iconv -t UTF-16LE >>${variable}`;
      await refusesAll(machine, /systemd-boot 257\.5 started this machine/, (script) =>
        withEsp({}, `${set}\nset +e\n${script}`),
      );
    },
  );
});

test('with a separate /boot are refused by all commands, with the same reference', async () => {
  const separate = (uuid: string): Partial<RootOptions> => ({
    fstab: `UUID=${uuid} / btrfs subvol=/@ 0 0\nUUID=b /boot ext4 defaults 1 2\n`,
  });
  await withMachine('@', separate, async (machine) => {
    await rm(join(machine.fs.top, '@/boot/grub2'), { recursive: true });
    const says =
      /the \/boot of “\S+” is a file system of its own \(ext4 on UUID=b, by line 2 .*LAYOUTS in be-hook-boot\(7\)/;
    await refusesAll(machine, says, plain, allVerbs);
    const { stdout } = await machine.run(['be-hook', 'status']);
    assert.not.match(stdout, /\/@\/boot\/grub/);
  });
});

test.run();
