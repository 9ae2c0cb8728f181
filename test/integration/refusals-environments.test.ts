import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { destroy } from '../../lib/app/commands.ts';
import { BeHookError } from '../../lib/model/problem.ts';
import type { Step } from '../../lib/model/step.ts';
import { tool } from '../support/guest/tool.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHook, beHookOk, listOf } from '../support/program.ts';
import {
  refuses,
  type Scene,
  sharedScene,
  threeEnvironments,
  withThreeEnvironments,
} from '../support/refusal-scene.ts';
import { makeRoot } from '../support/root-tree.ts';

/*
 * Environments that are never deleted because of their role, not because of a use. Another name, another place, a copy
 * or the fstab of another environment must not remove this protection.
 */
const test = suite('be-hook destroy and rollback');

const shared = sharedScene(threeEnvironments);
test.before(shared.open);
test.after(shared.close);

const inUse = (says: RegExp): { status: number; says: RegExp } => ({ status: 5, says });
const active = inUse(/“be1”: it boots by default; activate another one first/);

test('refuse the active environment with any option and under another path', async () => {
  const scene = shared.scene();
  await refuses(
    scene,
    [
      ['destroy', '-F', 'be1'],
      ['destroy', '--force', '--json', 'be1'],
      ['destroy', '--dry-run', 'be1'],
    ],
    active,
  );
  await rename(scene.at('@be1'), scene.at('@new'));
  try {
    await refuses(scene, [['destroy', '-F', 'be1']], active);
  } finally {
    await rename(scene.at('@new'), scene.at('@be1'));
  }
});

test('refuse a held environment until its release, also under a new name', async () => {
  const scene = shared.scene();
  const run = (...words: readonly string[]): Promise<string> => beHookOk(...words, '--filesystem', scene.fs.top);
  await run('hold', 'be2');
  try {
    const held = inUse(/“be2”: it is held; release it first: be-hook release be2/);
    await refuses(
      scene,
      [
        ['destroy', '-F', 'be2'],
        ['rollback', 'be2@s'],
      ],
      held,
    );
    await run('rename', 'be2', 'kept');
    await run('describe', 'kept', 'still held');
    await rename(scene.at('@be2'), scene.at('deep/@kept'));
    await refuses(
      scene,
      [['destroy', '-F', 'kept']],
      inUse(/“kept”: it is held; release it first: be-hook release kept/),
    );
  } finally {
    await rename(scene.at('deep/@kept'), scene.at('@be2')).catch(() => undefined);
    await beHook('describe', 'kept', '', '--filesystem', scene.fs.top);
    await beHook('rename', 'kept', 'be2', '--filesystem', scene.fs.top);
    await run('release', 'be2');
  }
});

test('refuse to run when there is no terminal for the question', async () => {
  const says = /cannot destroy “be2”: there is no terminal on which to ask for confirmation; use -F/;
  await refuses(shared.scene(), [['destroy', 'be2']], { status: 64, says });
});

test('refuse an unknown environment or snapshot', async () => {
  const scene = shared.scene();
  const missing = ['be3', '../be2', '@be2', 'be2@t'].map((name) => ['destroy', '-F', name]);
  await refuses(scene, [...missing, ['rollback', 'be2@t']], {
    status: 3,
    says: /cannot find the (boot environment “(be3|..\/be2)?”; use one of: be1, |snapshot “be2@t”; use one of: be2@s)/,
  });
  await refuses(scene, [['rollback', 'be2']], { status: 64, says: /use NAME@SNAPSHOT/ });
});

/** Adds a line to the fstab of be1 while `body` runs. */
async function withLine(scene: Scene, line: string, body: () => Promise<void>): Promise<void> {
  const path = scene.at('@be1/etc/fstab');
  const text = await readFile(path, 'utf8');
  await writeFile(path, `${text}${line}\n`);
  try {
    await body();
  } finally {
    await writeFile(path, text);
  }
}

const copy = 'be-hook/made/volumes/srv-db';
const lines: readonly (readonly [string, (scene: Scene) => string])[] = [
  ['by its path', ({ fs }) => `UUID=${fs.uuid} /mnt/x btrfs subvol=/${copy} 0 0`],
  [
    'by a path written otherwise',
    ({ fs }) => `UUID="${fs.uuid}"\t/mnt/x\tbtrfs\tnoauto,subvol=${copy.replace('/', '//')}/`,
  ],
  ['by a path with octal numbers', ({ fs }) => `UUID=${fs.uuid} /mnt/x btrfs subvol=${copy.replace('-', '\\055')} 0 0`],
  ['by its number', ({ fs }) => `UUID=${fs.uuid} /mnt/x btrfs ro,subvolid=${numberOf(fs.top, copy)} 0 0`],
  ['by its device', ({ fs }) => `${fs.device} /mnt/x btrfs subvol=${copy} 0 0`],
  ['of a type to be found out', ({ fs }) => `UUID=${fs.uuid} /mnt/x auto subvol=${copy} 0 0`],
];

for (const [how, line] of lines) {
  test(`refuse a copy that another fstab mounts, ${how}`, async () => {
    const scene = shared.scene();
    await withLine(scene, line(scene), async () => {
      const expected = inUse(/“made”: it contains the volume \/mnt\/x of “be1”; remove the line from the fstab/);
      await refuses(
        scene,
        [
          ['destroy', '-F', 'made'],
          ['rollback', 'made@s'],
        ],
        expected,
      );
    });
  });
}

test('refuse a root, inner subvolume or snapshot that another fstab mounts', async () => {
  const scene = shared.scene();
  const line = (path: string): string => `UUID=${scene.fs.uuid} /mnt/x btrfs subvol=/${path} 0 0`;
  for (const path of ['@be2', '@be2/var/lib/machines']) {
    await withLine(scene, line(path), async () => {
      const expected = inUse(/“be2”: it contains the volume \/mnt\/x of “be1”/);
      await refuses(
        scene,
        [
          ['destroy', '-F', 'be2'],
          ['rollback', 'be2@s'],
        ],
        expected,
      );
    });
  }
  for (const path of ['be-hook/be2@s/root', 'be-hook/be2@s/root/var/lib/machines']) {
    await withLine(scene, line(path), async () => {
      const expected = inUse(/“be2(@s)?”: it contains the volume \/mnt\/x of “be1”/);
      await refuses(
        scene,
        [
          ['destroy', '-F', 'be2'],
          ['destroy', '-F', 'be2@s'],
        ],
        expected,
      );
    });
  }
});

test('refuse a rollback that deletes a volume shared with the snapshot', async () => {
  await withBtrfs({}, async (fs) => {
    const run = (...words: readonly string[]): Promise<string> => beHookOk(...words, '--filesystem', fs.top);
    await threeEnvironments(fs);
    await run('volume', 'set', '/@be2/var/lib/machines', 'shared');
    await writeFile(`${fs.top}/@be2/var/lib/machines/data`, 'dear');
    await run('snapshot', 'be2@t');

    const says = /“be2”: it contains the volume \/var\/lib\/machines of “be2@t”/;
    await refuses({ fs }, [['rollback', 'be2@t']], { status: 5, says });

    await run('rollback', 'be2@s');
  });
});

test('refuse an environment that contains another one', async () => {
  await withThreeEnvironments(async (fs) => {
    await makeRoot(fs, '@be2/srv/inner', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', '@be2/srv/inner', '--filesystem', fs.top);
    const expected = inUse(/“be2”: it contains the boot environment “inner”/);
    await refuses(
      { fs },
      [
        ['destroy', '-F', 'be2'],
        ['rollback', 'be2@s'],
      ],
      expected,
    );

    // The inner environment itself can be deleted.
    await beHookOk('destroy', '-F', 'inner', '--filesystem', fs.top);
    await beHookOk('destroy', '-F', 'be2', '--filesystem', fs.top);
  });
});

test('refuse the top level, which contains everything', async () => {
  await withThreeEnvironments(async (fs) => {
    for (const name of ['etc', 'boot/grub', 'usr/lib/modules'])
      await tool('cp', ['-a', '--parents', `./${name}`, fs.top], { cwd: `${fs.top}/@be2` });
    for (const name of ['vmlinuz-6.9.0-1', 'initramfs-6.9.0-1.img'])
      await tool('cp', [`${fs.top}/@be2/boot/${name}`, `${fs.top}/boot/`]);
    await beHookOk('adopt', '/', '--name', 'top', '--filesystem', fs.top);
    await beHookOk('snapshot', 'top@s', '--filesystem', fs.top);
    const expected = inUse(/“top”: it contains all volumes, because it is the top level of the file system/);
    await refuses(
      { fs },
      [
        ['destroy', '-F', 'top'],
        ['rollback', 'top@s'],
      ],
      expected,
    );
  });
});

test('refuse an environment that grub-install was run for', async () => {
  const scene = shared.scene();
  const core = scene.at('@be2/boot/grub/i386-pc');
  await mkdir(core);
  await writeFile(`${core}/core.img`, 'core');
  try {
    const expected = inUse(
      /“be2”: GRUB starts from it: grub-install was last run for \/@be2\/boot\/grub; first run grub2-install/,
    );
    await refuses(
      scene,
      [
        ['destroy', '-F', 'be2'],
        ['rollback', 'be2@s'],
      ],
      expected,
    );
  } finally {
    await rm(core, { recursive: true });
  }
});

test('ignore a copied mark, which neither protects nor deletes a subvolume', async () => {
  await withThreeEnvironments(async (fs) => {
    await fs.snapshot('@be2', '@copy');
    const mark = await tool('getfattr', ['-n', 'trusted.be-hook.environment', '--only-values', `${fs.top}/@be2`]);
    await fs.subvolume('@plain');
    await tool('setfattr', ['-n', 'trusted.be-hook.environment', '-v', mark, `${fs.top}/@plain`]);

    await beHookOk('destroy', '-F', 'be2', '--filesystem', fs.top);

    assert.equal(await paths(fs.top, /^@/), ['@be1', '@copy', '@db', '@plain']);
  });
});

test('delete no other subvolume because of a line break in a name', async () => {
  await withThreeEnvironments(async (fs) => {
    const uuid = async (path: string): Promise<string> =>
      /UUID:\s+(\S+)/.exec(await tool('btrfs', ['subvolume', 'show', `${fs.top}/${path}`]))?.[1] ?? '';
    const line = (id: string, own: string, path: string): string =>
      `\nID ${id} gen 9 cgen 9 parent 5 top level 5 parent_uuid - received_uuid - uuid ${own} path ${path}`;
    const be2 = numberOf(fs.top, '@be2');
    // Names have no slashes and at most 255 bytes. One name claims be1's path for be2's number; the other claims be2's
    // path for a number that does not exist.
    await fs.subvolume(`a${line(be2, await uuid('@be2'), '@be1')}`);
    await fs.subvolume(`b${line('99999', '0'.repeat(8) + '-0000-4000-8000-000000000001', '@be2')}`);

    const ran = await beHook('destroy', '-F', 'be2', '--filesystem', fs.top);

    assert.is(ran.status, 0, ran.stderr);
    const left = await paths(fs.top, /^@/);
    assert.ok(left.includes('@be1') && !left.includes('@be2'), left.join(' '));
    assert.equal((await listOf(fs.top)).map(({ name }) => name).sort(), ['be1', 'made']);
  });
});

test('stay in the environment when a link replaces a directory', async () => {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'] });
    await beHookOk('adopt', '@be1', '--filesystem', fs.top);
    // The directory exists on this machine and in the environment.
    const place = await tool('mktemp', ['-d']);
    const inside = `${fs.top}/@be1${place}`;
    try {
      await mkdir(inside, { recursive: true });
      await symlink(place, `${fs.top}/@be1/etc/kernel`);
      const words = ['cmdline', 'be1', '--append', 'nosmt'];
      const says = /cannot read \/@be1\/etc\/kernel\/cmdline: it is a link to a missing file in its system/;
      await refuses({ fs }, [words], { status: 66, says });

      await writeFile(`${inside}/cmdline`, 'quiet\n');
      await beHookOk(...words, '--filesystem', fs.top);

      assert.match(await readFile(`${inside}/cmdline`, 'utf8'), / quiet nosmt\n$/);
      assert.equal(await readdir(place), []);
    } finally {
      await rm(place, { recursive: true });
    }
  });
});

interface Swindle {
  readonly title: string;
  readonly happen: (scene: Scene) => void;
  readonly undo: (scene: Scene) => void;
  readonly code: string;
}

const run = (program: string, ...words: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8' });

const swindles: readonly Swindle[] = [
  {
    title: 'another process mounts it',
    happen: ({ fs, scratch }) => run('mount', '-o', 'subvol=@be2', fs.device, `${scratch}/m`),
    undo: ({ scratch }) => run('umount', `${scratch}/m`),
    code: 'environment-mounted',
  },
];

for (const { title, happen, undo, code } of swindles) {
  test(`refuse a planned deletion when ${title} at the last moment`, async () => {
    await withThreeEnvironments(async (fs) => {
      const scratch = await tool('mktemp', ['-d']);
      await mkdir(`${scratch}/m`);
      const scene: Scene = { fs, scratch, at: (path) => `${fs.top}/${path}` };
      let before: readonly string[] = [];
      const report = (step: Step): void => {
        if (step.kind !== 'delete-subvolume' || step.path !== '@be2') return;
        happen(scene);
        before = run('find', fs.top, '-xdev').split('\n');
      };
      try {
        const problem = await destroy(
          { where: { filesystem: fs.top }, dryRun: false, lockSeconds: 10, report },
          { name: 'be2', snapshot: undefined },
        ).then(() => undefined, problemOf);

        assert.is(problem, code);
        assert.equal(run('find', fs.top, '-xdev').split('\n'), before);
      } finally {
        undo(scene);
        await rm(scratch, { recursive: true, force: true });
      }
      // It was already marked for deletion, so the next run deletes it when nothing blocks that any more.
      await beHookOk('sync', '--filesystem', fs.top);
      assert.not((await paths(fs.top, /^@/)).includes('@be2'));
    });
  });
}

test('delete the observed subvolume, not another one that replaces it', async () => {
  await withThreeEnvironments(async (fs) => {
    const at = (path: string): string => `${fs.top}/${path}`;
    const report = (step: Step): void => {
      if (step.kind !== 'delete-subvolume' || step.path !== '@be2') return;
      run('mv', at('@be2'), at('@moved'));
      run('btrfs', '-q', 'subvolume', 'create', at('@be2'));
      run('touch', at('@be2/dear'));
    };
    await destroy(
      { where: { filesystem: fs.top }, dryRun: false, lockSeconds: 10, report },
      { name: 'be2', snapshot: undefined },
    );
    assert.equal(await readdir(at('@be2')), ['dear']);
    assert.not((await paths(fs.top, /^@/)).includes('@moved'));
  });
});

function problemOf(error: unknown): string {
  return error instanceof BeHookError ? error.problem.code : String(error);
}

function numberOf(top: string, path: string): string {
  return execFileSync('btrfs', ['inspect-internal', 'rootid', `${top}/${path}`], { encoding: 'utf8' }).trim();
}

/** Lists names in the top level with readdir, without be-hook's own list. */
async function paths(top: string, like: RegExp): Promise<readonly string[]> {
  return (await readdir(top)).filter((name) => like.test(name)).sort();
}

test.run();
