import { tool } from '../support/guest/tool.ts';
import { type LoopBtrfs, withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, programPath } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { median, show } from './statistics.ts';
import { time } from './time.ts';

const rounds = 9;

async function makeSmallRoot(fs: LoopBtrfs, files: number): Promise<void> {
  await makeRoot(fs, 'root', { kernels: ['6.1.0-1', '6.1.0-2'] });
  const script = 'mkdir -p "$1" && cd "$1" && seq "$2" | split -l 1 -a 5 - f';
  await tool('sh', ['-c', script, 'sh', `${fs.top}/root/usr/share/files`, String(files)]);
  await beHookOk('adopt', 'root', '--filesystem', fs.top);
  await fs.sync();
}

/** Times of `create` and of the bare snapshot, on a root with so many files. */
async function measureCreate(files: number): Promise<{ create: number[]; snapshot: number[]; node: number[] }> {
  return withBtrfs({ sizeMiB: 4096 }, async (fs) => {
    await makeSmallRoot(fs, files);
    const times = { create: [] as number[], snapshot: [] as number[], node: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.node.push(await time(process.execPath, ['-e', '0']));
      times.snapshot.push(await time('btrfs', ['subvolume', 'snapshot', `${fs.top}/root`, `${fs.top}/bare`]));
      await tool('btrfs', ['subvolume', 'delete', '--commit-after', `${fs.top}/bare`]);
      times.create.push(await time(process.execPath, [programPath, 'create', 'new', '--filesystem', fs.top]));
      await beHookOk('destroy', '-F', 'new', '--filesystem', fs.top);
    }
    return times;
  });
}

/** Times of `list` with so many environments. */
async function measureList(count: number, flags: readonly string[]): Promise<number[]> {
  return withBtrfs({ sizeMiB: 4096 }, async (fs) => {
    await makeSmallRoot(fs, 100);
    const script = `set -e; cd "$1"; for n in $(seq "$2"); do btrfs -q subvolume snapshot root c$n; done
btrfs subvolume list -u . | sed -n 's/.*uuid \\(\\S*\\) path \\(c[0-9]*\\)$/\\1 \\2/p' | while read -r uuid name; do
  mark="{\\"version\\":1,\\"name\\":\\"$name\\",\\"uuid\\":\\"$uuid\\",\\"created\\":1700000000}"
  setfattr -n trusted.be-hook.environment -v "$mark" "$name"
done; sync -f .`;
    await tool('sh', ['-c', script, 'sh', fs.top, String(count - 1)]);
    const times: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      times.push(await time(process.execPath, [programPath, 'list', ...flags, '--filesystem', fs.top]));
    }
    return times;
  });
}

/** The times of environments, as a section of BENCHMARKS.md. */
export async function benchEnvironments(): Promise<string> {
  const rows: string[] = [];
  const small = await measureCreate(100);
  for (const [files, times] of [
    [100, small],
    [100_000, await measureCreate(100_000)],
  ] as const) {
    const bare = median(times.snapshot) + median(times.node);
    const ratio = (median(times.create) / median(small.create)).toFixed(2);
    rows.push(`| ${files} | ${show(times.create)} | ${show(times.snapshot)} | ${bare.toFixed(0)} | **${ratio}** |`);
  }
  const lists: string[] = [];
  for (const count of [10, 100, 1000]) {
    const [quick, full] = [await measureList(count, ['--quick']), await measureList(count, [])];
    const each = (median(quick) / count).toFixed(1);
    lists.push(`| ${count} | ${show(quick)} | ${each} | ${show(full)} | ${(median(full) / count).toFixed(1)} |`);
  }
  return `## What a copy of the system costs

\`be-hook create\` compared with \`btrfs subvolume snapshot\`, for roots with different numbers of files. \`create\` also writes fstab and the
menu, and returns when everything is on disk. It does not read every file.

| files | create, ms | snapshot, ms | snapshot and \`node -e 0\`, ms | ratio to 100 files |
| ---: | ---: | ---: | ---: | ---: |
${rows.join('\n')}

## What a list costs

\`be-hook list\` of environments with two kernels each. With \`--quick\` be-hook does not compute SPACE, which needs one process of btrfs-progs
per environment.

| environments | \`--quick\`, ms | per environment, ms | with SPACE, ms | per environment, ms |
| ---: | ---: | ---: | ---: | ---: |
${lists.join('\n')}
`;
}
