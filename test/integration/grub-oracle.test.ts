import { appendFile, open, rm, writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { GrubMachine, GrubRun, RunOptions } from '../support/grub/boot.ts';
import { bootedWords, bootedWordsOf, quoted, runGrub } from '../support/grub/boot.ts';
import { grubLists, grubPath, grubSees, scriptError } from '../support/grub/files.ts';
import type { GrubTools, GrubVersion } from '../support/grub/versions.ts';
import { grubReleases, grubTools } from '../support/grub/versions.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { bootFile, makeRoot } from '../support/root-tree.ts';

const menuDirectory = '/@be1/boot/grub';
const kernel = '/@be1/boot/vmlinuz-6.1.0-1';
const initrd = '/@be1/boot/initramfs-6.1.0-1.img';

/** The menu of the distribution, preceded by a guarded hand-over to be-hook.cfg. */
const handOver = `set default=0
set timeout=0
echo "outer: \${config_directory} \${config_file}"
if [ -f "\${config_directory}/be-hook.cfg" ]; then configfile "\${config_directory}/be-hook.cfg"; fi
echo "after: leaked=\${leaked}."
menuentry Distribution --id distribution { linux ${kernel} distribution }
`;

const menu = `set leaked=yes
set default='one>two'
set timeout=0
echo "inner: \${config_directory} \${config_file}"
menuentry Top --id top { linux ${kernel} top }
submenu One --id one {
  menuentry First --id first { linux ${kernel} first }
  menuentry Two --id two { linux ${kernel} two }
}
`;

interface Scene {
  readonly fs: LoopBtrfs;
  readonly machine: GrubMachine;
  /** Writes the two menus, or removes be-hook.cfg, and runs GRUB on the unmounted image. */
  run(grubCfg: string, beHookCfg: string | Uint8Array | undefined, options?: RunOptions): Promise<GrubRun>;
}

async function onMachine(tools: GrubTools, body: (scene: Scene) => Promise<void>): Promise<void> {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1', '6.1.0-2'] });
    const machine = { tools, images: fs.images, menuDirectory };
    const run: Scene['run'] = async (grubCfg, beHookCfg, options) => {
      await writeFile(`${fs.top}${menuDirectory}/grub.cfg`, grubCfg);
      if (beHookCfg === undefined) await rm(`${fs.top}${menuDirectory}/be-hook.cfg`, { force: true });
      else await writeFile(`${fs.top}${menuDirectory}/be-hook.cfg`, beHookCfg);
      await fs.sync();
      return runGrub(machine, options);
    };
    await body({ fs, machine, run });
  });
}

const hostile: readonly string[] = [
  ...['sp ace', '$x', '${x}', '$(x)', 'a;b', 'a"b', '"q"', 'back\\slash', '\\', '\\\\', '\\n', '\\x41', "it's"],
  ...["''", "'", '{', '}', '#', '# c', '<', '>', '&&', '|', '!', '*', '[a]', '~', 'a=b c', 'new\nline', '\n', '\t'],
  ...[
    '',
    '--',
    '--help',
    'if',
    'fi',
    'function',
    '\x01',
    '\x1b[31m',
    '\x7f',
    '%s',
    '`ls`',
    'ünïcödé 日本',
    'é'.repeat(500),
  ],
];

function testsWith(version: GrubVersion): void {
  const grub = suite(`GRUB ${version}`);

  grub('passes single-quoted words unchanged, but drops carriage returns', async () => {
    const tools = await grubTools(version);
    await onMachine(tools, async ({ run }) => {
      const words = [kernel, ...hostile, 'c\rr'].map(quoted).join(' ');
      const { booted, errors } = await run(
        `set timeout=0\nmenuentry x { linux ${words}\n initrd ${quoted(initrd)}\n }\n`,
        undefined,
      );

      assert.equal(errors, []);
      assert.equal(booted?.linux, [kernel, ...hostile, 'cr']);
      assert.equal(booted?.initrd, [initrd]);
    });
  });

  grub('expands unquoted words, and the recorder shows the result', async () => {
    await onMachine(await grubTools(version), async ({ run }) => {
      const entry = `set x='p q'\nexport x\nset timeout=0\nmenuentry x { linux ${kernel} $x z=1;echo PWNED }\n`;
      const { booted, messages } = await run(entry, undefined);

      assert.equal(booted?.linux, [kernel, 'p', 'q', 'z=1']);
      assert.ok(messages.includes('PWNED'));
    });
  });

  grub('boots the default, or the entry with the requested id', async () => {
    await onMachine(await grubTools(version), async ({ fs, machine, run }) => {
      const started = await run(handOver, menu);
      assert.equal(started.booted?.linux, [kernel, 'two']);
      assert.is(started.booted?.chosen, 'one>two');
      assert.is(started.booted?.root, 'hd0');
      assert.is(started.booted?.rootUuid, fs.uuid);

      for (const [id, word] of [
        ['top', 'top'],
        ['one>first', 'first'],
      ] as const) {
        const { booted } = await bootedWordsOf(machine, id);
        assert.equal([booted?.chosen, booted?.linux], [id, [kernel, word]]);
      }
      const distribution = await bootedWordsOf(machine, 'distribution', { menu: 'grub.cfg' });
      assert.is(distribution.booted?.chosen, 'one>two', 'the hand-over comes before the default of grub.cfg');
    });
  });

  grub('boots the first entry, without an error, if the default does not exist', async () => {
    await onMachine(await grubTools(version), async ({ machine, run }) => {
      await run(handOver, menu);
      const { booted, errors } = await bootedWordsOf(machine, 'one>gone');

      assert.equal([booted?.chosen, errors], ['one>first', []]);
    });
  });

  grub('knows the directory of the menu for each way to load it', async () => {
    await onMachine(await grubTools(version), async ({ run }) => {
      for (const load of ['configfile', 'normal', 'prefix'] as const) {
        const said = (await run(handOver, menu, { load })).messages.join('');
        assert.match(said, `outer: (hd0)${menuDirectory} (hd0)${menuDirectory}/grub.cfg`);
        assert.match(said, `inner: (hd0)${menuDirectory} (hd0)${menuDirectory}/be-hook.cfg`);
      }
    });
  });

  grub('shows the be-hook menu first, and on Esc the menu of the distribution, unchanged', async () => {
    await onMachine(await grubTools(version), async ({ run }) => {
      const waiting = (text: string): string => text.replace('set timeout=0', 'set timeout=-1');
      const { menus, messages, booted } = await run(waiting(handOver), waiting(menu), {
        keys: ['\x1b', '\r'],
      });

      assert.equal(menus[0], { titles: ['Top', 'One'], highlighted: 1 });
      assert.equal(menus[1], { titles: ['Distribution'], highlighted: 0 });
      assert.is(booted?.chosen, 'distribution');
      assert.ok(messages.includes('after: leaked=.'));
    });
  });

  grub('boots the menu of the distribution if be-hook.cfg is missing, empty or damaged', async () => {
    await onMachine(await grubTools(version), async ({ run }) => {
      const binary = Uint8Array.from({ length: 4096 }, (_, n) => 1 + (n % 255));
      for (const broken of [undefined, '', new Uint8Array(menu.length), binary, '# only a comment\n']) {
        const { booted } = await run(handOver, broken);
        assert.is(booted?.chosen, 'distribution');
      }
    });
  });

  grub('shows half of a truncated menu, unless the whole menu is one function', async () => {
    await onMachine(await grubTools(version), async ({ run }) => {
      const half = (text: string): string => text.slice(0, text.indexOf('menuentry First'));
      const plain = await run(handOver, half(menu));
      assert.is(plain.booted?.chosen, 'top');

      const whole = `function be_hook_menu {\n${menu}}\nbe_hook_menu\n`;
      assert.is((await run(handOver, whole)).booted?.chosen, 'one>two');
      for (const end of [20, whole.indexOf('submenu'), half(whole).length, whole.lastIndexOf('}')]) {
        const { booted } = await run(handOver, whole.slice(0, end));
        assert.is(booted?.chosen, 'distribution');
      }
    });
  });

  grub('does not boot a kernel or initrd that it cannot read, and tries the fallback', async () => {
    await onMachine(await grubTools(version), async ({ fs, run }) => {
      await writeFile(`${fs.top}/sound`, 'K'.repeat(5000));
      const holed = await open(`${fs.top}/leading-hole`, 'w');
      await holed.write('K', 1_000_000);
      await holed.close();
      const good = 'menuentry good --id good { linux /sound }\n';
      for (const [image, ram] of [
        ['/none', '/sound'],
        ['/leading-hole', '/sound'],
        ['/sound', '/none'],
      ] as const) {
        const bad = `menuentry bad --id bad { linux ${image}\n initrd ${ram}\n }\n`;
        const alone = await run(`set timeout=0\n${bad}${good}`, undefined, { keys: [] });
        assert.equal([alone.attempts.map((attempt) => attempt.readable), alone.booted], [[false], undefined]);
        assert.ok(alone.errors.length > 0);
      }
      const bad = 'menuentry bad --id bad { linux /none }\n';
      const { attempts } = await run(`set timeout=0\nset fallback=1\n${bad}${good}`, undefined);
      assert.equal(
        attempts.map(({ chosen, readable }) => [chosen, readable]),
        [
          ['bad', false],
          ['good', true],
        ],
      );
    });
  });

  grub('asks for a user when superusers is set, unless the entry is unrestricted', async () => {
    await onMachine(await grubTools(version), async ({ run }) => {
      const entry = (option: string): string =>
        `set timeout=0\nset superusers=root\npassword root x\nmenuentry x ${option} { linux ${kernel} }\n`;

      assert.equal(
        [(await run(entry(''), undefined)).askedForUser, (await run(entry('--unrestricted'), undefined)).askedForUser],
        [true, false],
      );
    });
  });

  grub('reads committed data, and nothing that is only in the log of btrfs', async () => {
    const tools = await grubTools(version);
    await onMachine(tools, async ({ fs }) => {
      await fs.sync();
      const late = await open(`${fs.top}/@be1/late`, 'w');
      await late.write('late'.repeat(2000));
      await late.sync();
      await late.close();
      assert.is(await grubSees(tools, fs.images, '/@be1/late'), undefined);

      await fs.sync();
      assert.is((await grubSees(tools, fs.images, '/@be1/late'))?.toString(), 'late'.repeat(2000));
      assert.is((await grubSees(tools, fs.images, kernel))?.toString(), bootFile('KERNEL', 'be1', '6.1.0-1'));
      assert.equal(await grubLists(tools, fs.images, '/@be1'), ['boot/', 'etc/', 'late', 'usr/']);
      assert.is(await grubPath(tools, `${fs.top}${menuDirectory}`), menuDirectory);
    });
  });

  grub('executes the menu that a distribution writes', async () => {
    const tools = await grubTools(version);
    await onMachine(tools, async ({ fs, machine }) => {
      await fs.unmounted(async () => {
        const { booted, menus } = await bootedWords(machine);
        assert.is(booted?.linux[0], kernel);
        assert.equal(menus, [{ titles: ['Test Linux', 'Advanced options for Test Linux'], highlighted: 0 }]);
      });
      await appendFile(`${fs.top}${menuDirectory}/grub.cfg`, 'menuentry {');
      await fs.sync();
      assert.ok(await scriptError(tools, (await grubSees(tools, fs.images, `${menuDirectory}/grub.cfg`)) ?? ''));
      assert.is(await scriptError(tools, handOver), undefined);
    });
  });

  grub.run();
}

for (const version of grubReleases) testsWith(version);
