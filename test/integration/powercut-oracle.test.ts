import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runGrub } from '../support/grub/boot.ts';
import { grubSees } from '../support/grub/files.ts';
import type { GrubTools } from '../support/grub/versions.ts';
import { grubTools } from '../support/grub/versions.ts';
import type { LoopBtrfs } from '../support/loop-btrfs.ts';
import { withBtrfs } from '../support/loop-btrfs.ts';
import type { Cut } from '../support/powercut/cuts.ts';
import { forEachCut } from '../support/powercut/cuts.ts';
import type { Recorded } from '../support/powercut/record.ts';
import { withRecording } from '../support/powercut/record.ts';
import { parseWriteLog } from '../support/powercut/write-log.ts';
import { bootFile, makeRoot } from '../support/root-tree.ts';

const home = '/boot/grub';
const oldKernel = '/@be1/boot/vmlinuz-6.1.0-1';
const newKernel = '/@be2/boot/vmlinuz-6.1.0-2';
const contents = new Map([
  [oldKernel, bootFile('KERNEL', 'be1', '6.1.0-1')],
  [newKernel, bootFile('KERNEL', 'be2', '6.1.0-2').repeat(40)],
]);
const menuFor = (kernel: string): string =>
  `set timeout=0\nmenuentry x --id x { linux ${kernel} padding=${'x'.repeat(3000)} }\n`;

/** Writes a file like a careful program: under another name, flushed, renamed, and with a flushed directory. */
async function putSafely(path: string, content: string): Promise<void> {
  await writeFile(`${path}.new`, content);
  await flush(`${path}.new`);
  await rename(`${path}.new`, path);
  await flush(dirname(path));
}

async function flush(path: string): Promise<void> {
  const handle = await open(path);
  await handle.sync().finally(() => handle.close());
}

/** A clone with a new kernel and a hundred new files, none of which is flushed. */
async function makeClone(fs: LoopBtrfs): Promise<void> {
  await fs.snapshot('@be1', '@be2');
  await writeFile(join(fs.top, newKernel), contents.get(newKernel) ?? '');
  const directory = join(fs.top, '@be2/usr/share');
  await mkdir(directory, { recursive: true });
  for (let n = 0; n < 100; n += 1) await writeFile(join(directory, `file${n}`), `file ${n}\n`.repeat(1000));
}

/** The correct order: the tree is on the disk before a menu names it. */
const rightOrder: Recorded = async (fs, mark) => {
  await makeClone(fs);
  await fs.sync();
  await mark('tree');
  await putSafely(join(fs.top, home, 'grub.cfg'), menuFor(newKernel));
  await fs.sync();
  await mark('menu');
};

/** The mistake: each file of the menu is flushed carefully, but the tree that it names is not. */
const wrongOrder: Recorded = async (fs, mark) => {
  await makeClone(fs);
  await putSafely(join(fs.top, home, 'grub.cfg'), menuFor(newKernel));
  await mark('menu');
};

/** What a boot after this cut loads: which kernel, and whether every byte of it is on the disk. */
type Outcome = 'old' | 'new' | 'broken';

function judge(kernel: string | undefined, content: string | undefined): Outcome {
  if (kernel === undefined || content === undefined || content !== contents.get(kernel)) return 'broken';
  return kernel === newKernel ? 'new' : 'old';
}

/** As GRUB sees the disk, without log replay: the real GRUB executes the menu on the cut disk. */
async function grubView(tools: GrubTools, cut: Cut): Promise<Outcome> {
  const { booted } = await runGrub({ tools, images: [cut.image], menuDirectory: home }, { keys: [] });
  const kernel = booted?.linux[0];
  const content = kernel === undefined ? undefined : await grubSees(tools, [cut.image], kernel);
  return judge(kernel, content?.toString());
}

/** As the kernel sees the disk, with log replay. */
async function kernelView(cut: Cut): Promise<Outcome> {
  return cut.mounted(async (fs) => {
    const menu = await readFile(join(fs.top, home, 'grub.cfg'), 'utf8');
    const kernel = /linux (\S+)/.exec(menu)?.[1];
    const content = kernel && (await readFile(join(fs.top, kernel), 'utf8').catch(() => undefined));
    return judge(kernel, content);
  });
}

interface Seen {
  readonly cut: string;
  readonly passed: readonly string[];
  readonly grub: Outcome;
  readonly kernel: Outcome;
}

async function cutAll(program: Recorded): Promise<Seen[]> {
  const tools = await grubTools('2.14');
  return withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'] });
    await mkdir(join(fs.top, home), { recursive: true });
    await writeFile(join(fs.top, home, 'grub.cfg'), menuFor(oldKernel));
    return fs.unmounted(() =>
      withRecording(fs.image, program, async (recording) => {
        const seen: Seen[] = [];
        await forEachCut(recording, { prefixes: 20, subsets: 25, seed: 7 }, async (cut) => {
          const [grub, kernel] = [await grubView(tools, cut), await kernelView(cut)];
          seen.push({ cut: cut.label, passed: cut.passed, grub, kernel });
        });
        return seen;
      }),
    );
  });
}

const power = suite('the power cut test');

power('boots the old or the new system after any cut if the tree is synced first', async () => {
  const seen = await cutAll(rightOrder);

  assert.ok(seen.length > 45);
  assert.equal(
    seen.filter(({ grub, kernel }) => grub === 'broken' || kernel === 'broken'),
    [],
  );
  const before = seen.filter(({ passed }) => !passed.includes('tree'));
  assert.ok(before.length > 0);
  assert.ok(before.every(({ grub, kernel }) => grub === 'old' && kernel === 'old'));
  const after = seen.filter(({ passed }) => passed.includes('menu'));
  assert.ok(after.length > 0);
  assert.ok(after.every(({ grub, kernel }) => grub === 'new' && kernel === 'new'));
});

power('detects a menu that is flushed before the tree that it names', async () => {
  const seen = await cutAll(wrongOrder);

  const after = seen.filter(({ passed }) => passed.includes('menu'));
  assert.ok(after.length > 0);
  assert.ok(after.every(({ kernel }) => kernel === 'broken'));
  assert.ok(
    after.every(({ grub }) => grub === 'old'),
    'to GRUB the menu is still only in the log',
  );
  assert.ok(seen.some(({ passed, kernel }) => passed.length === 0 && kernel === 'old'));
});

power('reproduces the disk when the whole recording is replayed', async () => {
  await withBtrfs({}, async (fs) => {
    await makeRoot(fs, '@be1', { kernels: ['6.1.0-1'] });
    const marks: string[] = [];
    await fs.unmounted(() =>
      withRecording(fs.image, rightOrderIn('@be1'), async (recording) => {
        marks.push(...recording.marks.map(({ name }) => name));
        const count = await forEachCut(recording, { prefixes: 0, subsets: 0, seed: 1 }, async (cut) => {
          const names = await cut.mounted(({ top }) => readdir(join(top, '@be1/new')).catch(() => []));
          if (cut.durable + cut.applied.length === 0) assert.equal(names, []);
          if (cut.passed.includes('made')) assert.equal(names.sort(), ['a', 'b']);
        });
        assert.ok(count > recording.marks.length);
      }),
    );
    assert.equal(marks, ['made', 'end']);
    assert.equal((await readdir(join(fs.top, '@be1'))).includes('new'), false, 'the base is left alone');
  });
});

function rightOrderIn(subvolume: string): Recorded {
  return async (fs, mark) => {
    await mkdir(join(fs.top, subvolume, 'new'));
    for (const name of ['a', 'b']) await writeFile(join(fs.top, subvolume, 'new', name), name);
    await fs.sync();
    await mark('made');
  };
}

power('reads a log of dm-log-writes and ignores an unfinished last entry', () => {
  const sector = (fill: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.alloc(512);
    fill(bytes);
    return bytes;
  };
  const entry = (start: bigint, sectors: bigint, flags: bigint): Buffer =>
    sector((bytes) => {
      bytes.writeBigUInt64LE(start, 0);
      bytes.writeBigUInt64LE(sectors, 8);
      bytes.writeBigUInt64LE(flags, 16);
    });
  const head = sector((bytes) => {
    bytes.writeBigUInt64LE(0x6a736677736872n, 0);
    bytes.writeBigUInt64LE(1n, 8);
    bytes.writeUInt32LE(512, 24);
  });
  const whole = [head, entry(8n, 2n, 0n), Buffer.alloc(1024, 1), entry(0n, 0n, 1n), entry(16n, 4n, 4n)];
  const { writes, ends } = parseWriteLog(Buffer.concat([...whole, entry(3n, 9n, 0n), Buffer.alloc(512)]));

  assert.equal(writes, [
    { kind: 'write', start: 4096, length: 1024, dataAt: 1024 },
    { kind: 'flush' },
    { kind: 'discard', start: 8192, length: 2048 },
  ]);
  assert.equal(ends, [2048, 2560, 3072]);
  assert.throws(() => parseWriteLog(Buffer.alloc(1024)), 'not a write log');
});

power.run();
