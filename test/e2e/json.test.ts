import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { withHookMachine } from '../support/hook-machine.ts';

const test = suite('be-hook --json');

/** The names of an object's values and their types, on which a script can rely. */
function shape(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]));
}

const kernel = { release: 'string', on: 'string', image: 'string', initrds: ['string'], options: 'string' };

test('has version, file system, environments, kernels and problems in list', async () => {
  await withHookMachine(async (machine) => {
    const data = (await machine.json('list')) as {
      environments: { name: string; flags: string }[];
      filesystem: string;
    };
    const environment = {
      ...{ name: 'string', flags: 'string', running: 'boolean', active: 'boolean', adopted: 'boolean' },
      ...{ next: 'boolean', held: 'boolean', automatic: 'boolean', state: 'null', description: 'null', origin: 'null' },
      ...{ title: 'string', subvolume: { id: 'number', uuid: 'string', path: 'string' }, created: 'number' },
      ...{ mountpoints: ['string'], layout: 'string', kernels: [kernel], snapshots: [], volumes: [], problems: [] },
      firstBoot: 'null',
      space: { written: 'number', exclusive: 'null', referenced: 'null', counts: 'string' },
    };
    assert.equal(shape(data), { version: 'number', filesystem: 'string', environments: [environment], problems: [] });
    assert.equal(
      data.environments.map(({ name, flags }) => [name, flags]),
      [
        ['be1', 'NR'],
        ['be2', ''],
      ],
    );
    assert.is(data.filesystem, machine.fs.uuid);
  });
});

test('has the default and what each entry boots in menu', async () => {
  await withHookMachine(async (machine) => {
    const data = (await machine.json('menu')) as { default: string; entries: { id: string; default: boolean }[] };
    const entry = { ...kernel, id: 'string', default: 'boolean', be: 'string', title: 'string' };
    assert.equal(shape(data), { version: 'number', default: 'string', timeout: 'number', entries: [entry] });
    assert.equal(
      data.entries.filter((candidate) => candidate.default).map(({ id }) => id),
      [data.default],
    );
  });
});

test('has the state of the machine in status, and null for missing values', async () => {
  await withHookMachine(async (machine) => {
    const data = (await machine.json('status')) as Record<string, unknown>;
    const { loader, ...others } = data;
    assert.ok(loader !== undefined);
    assert.equal(others, {
      version: 1,
      filesystem: machine.fs.uuid,
      running: 'be1',
      active: 'be1',
      environments: 2,
      layouts: ['boot-in-root'],
      menuHomes: ['/@be1/boot/grub', '/@be2/boot/grub'],
      boot: null,
      hooks: ['kernel-install', 'rpm triggers'],
      needsSync: null,
      problems: [],
    });
    await rm(machine.path('boot/grub/be-hook.cfg'));
    const plugin = machine.path('etc/dnf/libdnf5-plugins/actions.d/be-hook.actions');
    await mkdir(dirname(plugin), { recursive: true });
    await writeFile(plugin, '');
    const all = (await machine.json('status')) as { hooks: readonly string[] };
    assert.equal(all.hooks, ['kernel-install', 'rpm triggers', 'dnf5 plugin']);
    const due = (await machine.json('status')) as { needsSync: string };
    assert.match(due.needsSync, /be-hook sync --dry-run/);
  });
});

test('has steps with reasons and warnings in sync --dry-run, which writes nothing', async () => {
  await withHookMachine(async (machine) => {
    const empty = { version: 1, dryRun: true, steps: [], warnings: [], unresolved: [], notes: [] };
    assert.equal(await machine.json('sync', '--dry-run'), empty);
    await rm(machine.path('boot/grub/be-hook.cfg'));
    const data = (await machine.json('sync', '--dry-run')) as {
      steps: { kind: string; reason: string; path?: string }[];
    };
    assert.equal(
      data.steps.map(({ kind, path }) => [kind, path]),
      [
        ['take-lock', undefined],
        ['sync-filesystem', undefined],
        ['write-file', '@be1/boot/grub/be-hook.cfg'],
        ['sync-filesystem', undefined],
      ],
    );
    assert.ok(data.steps.every(({ reason }) => reason.length > 10));
    assert.is(await machine.read('boot/grub/be-hook.cfg'), '');
    const { steps } = (await machine.json('sync')) as typeof data;
    assert.equal(steps, data.steps);
    assert.match(await machine.read('boot/grub/be-hook.cfg'), 'menuentry');
  });
});

for (const [words, expected] of [
  ['forget be3 --json', { code: 'no-such-environment', exitStatus: 3 }],
  ['--json forget be3', { code: 'no-such-environment', exitStatus: 3 }],
  ['list --json --no-such', { code: 'usage', exitStatus: 64 }],
  ['--json lsit', { code: 'usage', exitStatus: 64 }],
  ['exec --json be1 true', { code: 'usage', exitStatus: 64 }],
] as const) {
  test(`prints an object on stdout and a message on stderr for ${words}`, async () => {
    await withHookMachine(async (machine) => {
      const ended = await machine.run(['be-hook', ...words.split(' ')]);
      const { version, error } = JSON.parse(ended.stdout) as { version: number; error: Record<string, unknown> };
      const { message, hint, ...others } = error;
      assert.equal([version, others, ended.status], [1, expected, expected.exitStatus]);
      assert.is(ended.stderr, `be-hook: ${String(message)}; ${String(hint)}\n`);
    });
  });
}

test('is not an option of be-hook in the arguments of another program', async () => {
  await withHookMachine(async (machine) => {
    const ended = await machine.run(['be-hook', 'exec', 'be3', 'true', '--json']);
    assert.equal([ended.status, ended.stdout], [3, '']);
    assert.match(ended.stderr, /^be-hook: cannot find the boot environment “be3”/);
  });
});

test.run();
