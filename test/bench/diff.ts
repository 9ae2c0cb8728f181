import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withBtrfs } from '../support/loop-btrfs.ts';
import { beHookOk, programPath } from '../support/program.ts';
import { makeRoot } from '../support/root-tree.ts';
import { makeTop } from '../support/rpm/build.ts';
import { must } from '../support/rpm/run.ts';
import { median, show } from './statistics.ts';
import { time } from './time.ts';

const rounds = 9;
const count = 1500;
const dbpath = 'usr/lib/sysimage/rpm';

/** As many packages as on a desktop, built from one spec. Every second package has the version of the spec. */
async function buildMany(top: string, version: number): Promise<string> {
  await makeTop(top);
  const head = `Name: base\nVersion: ${version}\nRelease: 1\nSummary: s\nLicense: MIT\nBuildArch: noarch\nAutoReqProv: no\n%description\nd\n`;
  const subpackages = Array.from({ length: count }, (_none, index) => {
    const own = index % 2 === 0 ? 1 : version;
    return `%package -n p${index}\nVersion: ${own}\nSummary: s\n%description -n p${index}\n${'words '.repeat(100)}\n%files -n p${index}\n`;
  });
  const spec = join(top, 'SPECS/many.spec');
  await writeFile(spec, head + subpackages.join(''));
  await must('rpmbuild', ['-bb', '--define', `_topdir ${top}`, spec]);
  return join(top, 'RPMS/noarch');
}

async function install(root: string, packages: string): Promise<void> {
  const script = 'mkdir -p "$1" && rpm --dbpath "$1" --nodeps --justdb --replacepkgs -U "$2"/*.rpm';
  await must('sh', ['-c', script, 'sh', join(root, dbpath), packages]);
}

/** The times of `be-hook diff`, as a section of BENCHMARKS.md. */
export async function benchDiff(): Promise<string> {
  const top = await mkdtemp(join(tmpdir(), 'be-hook-bench-'));
  try {
    const [old, young] = [await buildMany(join(top, '1'), 1), await buildMany(join(top, '2'), 2)];
    return await withBtrfs({}, async (fs) => {
      const root = await makeRoot(fs, 'root', { kernels: ['6.1.0-1'] });
      await install(root, old);
      await beHookOk('adopt', 'root', '--name', 'old', '--filesystem', fs.top);
      await beHookOk('create', 'young', '--filesystem', fs.top);
      const copy = join(fs.top, 'be-hook/young/root');
      await install(copy, young);
      const times = { diff: [] as number[], list: [] as number[], rpm: [] as number[] };
      for (let round = 0; round < rounds; round += 1) {
        const options = ['--filesystem', fs.top];
        times.diff.push(await time(process.execPath, [programPath, 'diff', 'old', 'young', ...options]));
        times.list.push(await time(process.execPath, [programPath, 'list', '--quick', ...options]));
        times.rpm.push(await time('rpm', ['--dbpath', join(copy, dbpath), '-qa']));
      }
      const reference = median(times.list) + 2 * median(times.rpm);
      const ratio = (median(times.diff) / reference).toFixed(2);
      return `## What a comparison costs

\`be-hook diff\` of two environments with ${count} packages each, compared with one \`be-hook list\` and two \`rpm -qa\`. Half of the packages have
another version.

| diff, ms | list \`--quick\`, ms | \`rpm -qa\`, ms | ratio of diff to list and two \`rpm -qa\` |
| ---: | ---: | ---: | ---: |
| ${show(times.diff)} | ${show(times.list)} | ${show(times.rpm)} | **${ratio}** |
`;
    });
  } finally {
    await rm(top, { recursive: true, force: true });
  }
}
