import { printMark } from '../../lib/formats/mark.ts';
import { beName } from './builders.ts';
import { tool } from './guest/tool.ts';
import type { LoopBtrfs } from './loop-btrfs.ts';

/**
 * Copies a root into boot environments `many-1`, `many-2` …, in the layout of be-hook but without running be-hook. Each
 * has its own file of 10,000 bytes.
 */
export async function makeMany(fs: LoopBtrfs, source: string, from: number, to: number): Promise<void> {
  const script = `
cd "$1"
for number in $(seq "$3" "$4"); do
  mkdir -p "be-hook/many-$number"
  btrfs -q subvolume snapshot "$2" "be-hook/many-$number/root"
  head -c 10000 /dev/urandom >"be-hook/many-$number/root/own"
done
sync -f .`;
  await tool('sh', ['-ec', script, 'sh', fs.top, source, String(from), String(to)]);
  const list = await tool('btrfs', ['subvolume', 'list', '-u', fs.top]);
  const lines = [...list.matchAll(/ uuid (\S+) path be-hook\/(many-(\d+))\/root$/gm)];
  const marks = lines.flatMap(([, uuid = '', name = '', number]) => {
    if (Number(number) < from) return [];
    const mark = printMark({ version: 1, name: beName(name), uuid, created: 1_700_000_000 + Number(number) });
    return [`be-hook/${name}/root`, mark];
  });
  const set =
    'cd "$1"; shift; while [ $# -gt 0 ]; do setfattr -n trusted.be-hook.environment -v "$2" "$1"; shift 2; done';
  await tool('sh', ['-ec', set, 'sh', fs.top, ...marks]);
}
