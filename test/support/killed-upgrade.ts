import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { crossCheck } from './cross-check.ts';
import { tool } from './guest/tool.ts';
import { type LoopBtrfs, mountBtrfs } from './loop-btrfs.ts';
import { withPackageSystem } from './package-system.ts';
import { fastDirectory } from './powercut/record.ts';
import { beHook, beHookOk, listOf, menuOf } from './program.ts';
import { randomNumbers } from './random-numbers.ts';
import { eventually, startUpgrade } from './running-upgrade.ts';
import { mountsElsewhere, mountsHere } from './seen-mounts.ts';

/** The progress of an upgrade when it was killed. */
export const phases = ['start', 'download', 'copy', 'packages', 'judging', 'post-upgrade', 'end'] as const;

/** See `phases`. */
export type Phase = (typeof phases)[number];

/** The target of the signal: only be-hook, or the whole process group, like a job of a terminal. */
export type Victim = 'be-hook' | 'its process group';

const copy = 'be-hook/be1-2';
const evidence = `${copy}/root/usr/lib/sysimage/be-hook`;
const menuFile = '@be1/boot/grub/be-hook.cfg';

/** A system before an upgrade, as an unmounted image. */
export interface UpgradeScene {
  /** The image itself. Do not write to it. */
  readonly image: string;
  /** Mounts a copy of it for `body`. */
  readonly fresh: <T>(body: (fs: LoopBtrfs) => Promise<T>) => Promise<T>;
  /** Its menu. */
  readonly menu: string;
}

/** Makes a system with an available update, a post-upgrade hook and a snapshot `before` of its state. */
export async function withUpgradeScene(body: (scene: UpgradeScene) => Promise<void>): Promise<void> {
  const app = (version: string) => ({ name: 'app', version, files: ['/usr/share/app/version'] });
  await withPackageSystem([app('1')], async ({ fs, root, offer }) => {
    const files = ['/usr/share/app/version', '/usr/share/app/two'];
    await offer([
      { ...app('2'), files, scriptlets: '%post\nls -R /usr >/dev/null\n%posttrans\nls -R /usr >/dev/null' },
    ]);
    const hooks = join(root, 'etc/be-hook/post-upgrade.d');
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, '50-convert'), '#!/bin/sh\nls -R /usr >/converted\n', { mode: 0o755 });
    const menu = await readFile(join(fs.top, menuFile), 'utf8');
    await tool('btrfs', ['-q', 'subvolume', 'snapshot', '-r', root, join(fs.top, 'before')]);
    const directory = await mkdtemp(join(await fastDirectory(), 'be-hook-killed-'));
    try {
      await fs.unmounted(async () => {
        const [template, image] = [join(directory, 'template'), join(directory, 'image')];
        await tool('cp', ['--sparse=always', fs.image, template]);
        const fresh: UpgradeScene['fresh'] = async (use) => {
          await tool('cp', ['--sparse=always', template, image]);
          return await mountBtrfs([image], use, 'noatime');
        };
        await body({ image: template, fresh, menu });
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

interface Kill {
  readonly victim: Victim;
  /** The phase that starts the delay. */
  readonly phase: Phase;
  readonly delay: number;
  /** Whether to run GRUB too, which is slow. */
  readonly askGrub: boolean;
  readonly label: string;
}

/** Kills `count` upgrades at random times after the start of each phase in turn. Returns the phases in which they were hit. */
export async function killUpgrades(victim: Victim, count: number): Promise<ReadonlySet<Phase>> {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = randomNumbers(seed);
  const seen = new Set<Phase>();
  await withUpgradeScene(async (scene) => {
    const share = (await scene.fresh(timeOf)) / phases.length;
    for (let turn = 0; turn < count; turn += 1) {
      const [phase, delay] = [phases[turn % phases.length] ?? 'start', Math.round(random() * share)];
      const label = `seed ${seed}: ${victim}, killed ${delay} ms after the begin of: ${phase}`;
      seen.add(await killOnce(scene, { victim, phase, delay, askGrub: turn % 4 === 3, label }));
    }
  });
  return seen;
}

async function timeOf(fs: LoopBtrfs): Promise<number> {
  const began = performance.now();
  await beHookOk('upgrade', '--filesystem', fs.top);
  return performance.now() - began;
}

/** Repeats with a shorter delay if the upgrade had already ended. */
async function killOnce(scene: UpgradeScene, kill: Kill): Promise<Phase> {
  const phase = await scene.fresh(async (fs) => {
    const { pid, ended } = startUpgrade({ fs });
    while (!hasBegun(fs, kill.phase) && isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, kill.delay));
    if (isRunning(pid)) process.kill(kill.victim === 'be-hook' ? pid : -pid, 'SIGKILL');
    const { signal } = await ended();
    return signal === 'SIGKILL' ? await checkKilled(scene, fs, pid, kill) : undefined;
  });
  return phase ?? (await killOnce(scene, { ...kill, delay: kill.delay / 2 }));
}

async function checkKilled(scene: UpgradeScene, fs: LoopBtrfs, session: number, kill: Kill): Promise<Phase> {
  await eventually(async () => await isGone(fs, session), `${kill.label}: processes and mounts are gone`);
  return await checkInterruptedUpgrade(scene, fs, kill);
}

/**
 * Checks the result of an interrupted upgrade: the system and its menu did not change, and the next upgrade succeeds
 * beside the evidence of this one. Returns the progress.
 */
export async function checkInterruptedUpgrade(
  scene: UpgradeScene,
  fs: LoopBtrfs,
  kill: Pick<Kill, 'label' | 'askGrub'>,
): Promise<Phase> {
  const phase = await phaseOf(fs);
  const label = `${kill.label}, in: ${phase}`;
  const text = await readFile(join(fs.top, menuFile), 'utf8');
  if (phase !== 'end') assert.is(text, scene.menu, `${label}: the menu`);
  const synced = await beHook('sync', '--filesystem', fs.top);
  assert.is(synced.status, 0, `${label}: ${synced.stderr}`);
  assert.equal(await differences(fs), [], `${label}: the system is what it was`);
  const path = await checkNext(fs, phase, label);
  if (kill.askGrub) await crossCheck(fs, ['@be1/boot/grub', `${path}/boot/grub`]);
  return phase;
}

/** No process of the job and no mount remains. */
async function isGone(fs: LoopBtrfs, session: number): Promise<boolean> {
  const left = await execa('ps', ['-o', 'pid=', '-s', String(session)], { reject: false });
  return left.stdout.trim() === '' && (await mountsElsewhere(fs)).length === 0 && (await mountsHere(fs)).length === 0;
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/cmdline`);
}

/** A path that exists when a phase has started. The phase before creates it last. */
const signs: Readonly<Record<Exclude<Phase, 'start' | 'end'>, string>> = {
  download: 'be-hook/.packages',
  copy,
  packages: `${evidence}/packages-before`,
  judging: `${evidence}/packages-after`,
  'post-upgrade': `${copy}@upgraded`,
};

function hasBegun(fs: LoopBtrfs, phase: Phase): boolean {
  if (phase === 'start') return true;
  if (phase !== 'end') return existsSync(join(fs.top, signs[phase]));
  const report = join(fs.top, evidence, 'report');
  return existsSync(report) && /"stage": *"done"/.test(readFileSync(report, 'utf8'));
}

/** The progress, derived from the disk. */
async function phaseOf(fs: LoopBtrfs): Promise<Phase> {
  const found = (await listOf(fs.top)).find(({ name }) => name === 'be1-2');
  if (found !== undefined && found.state === null) return 'end';
  return phases.findLast((phase) => phase !== 'end' && hasBegun(fs, phase)) ?? 'start';
}

/** The changes that btrfs finds in the system: files, modes, owners, attributes and contents, without times and menus. */
async function differences(fs: LoopBtrfs): Promise<readonly string[]> {
  const [before, after, stream] = [join(fs.top, 'before'), join(fs.top, 'after'), join(fs.top, 'stream')];
  await tool('btrfs', ['-q', 'subvolume', 'snapshot', '-r', join(fs.top, '@be1'), after]);
  await tool('btrfs', ['-q', 'send', '--no-data', '-f', stream, '-p', before, after]);
  const [first = '', ...rest] = (await tool('btrfs', ['receive', '--dump', '-f', stream])).split('\n');
  assert.match(first, /^snapshot /);
  await tool('btrfs', ['-q', 'subvolume', 'delete', after]);
  await rm(stream);
  const isMenu = (line: string): boolean => line.includes('./after/boot/grub/');
  // A new file has a temporary name in the stream until it is renamed.
  const onTheWay = rest.filter(isMenu).flatMap((line) => /\.\/after\/o\d+-\d+-\d+/.exec(line)?.[0] ?? []);
  const isOther = (path: string): boolean => !path.startsWith('./after/boot/grub/') && !onTheWay.includes(path);
  return rest.filter((line) => !line.startsWith('utimes ') && isOther(line.split(/ +/)[1] ?? ''));
}

/** The next upgrade makes a new copy. The interrupted copy does not change and is in no menu. */
async function checkNext(fs: LoopBtrfs, phase: Phase, label: string): Promise<string> {
  await beHookOk('upgrade', '--from', 'be1', '--filesystem', fs.top);
  const listed = await listOf(fs.top);
  const made = listed.find(({ active }) => active);
  assert.is(made?.state, null, label);
  const path = made?.subvolume.path ?? '';
  assert.ok(existsSync(join(fs.top, path, 'usr/share/app/two')), label);
  assert.ok(existsSync(join(fs.top, path, 'converted')), label);
  const complete = phase === 'end' ? ['be1', 'be1-2', 'be1-3'] : ['be1', made?.name];
  const offered = (await menuOf(fs.top)).entries.map(({ be }) => be);
  assert.equal([...new Set(offered)].sort(), complete.sort(), label);
  const rest = listed.filter(({ name }) => !complete.includes(name));
  assert.ok(rest.length <= 1, label);
  for (const { name, state } of rest) await checkEvidence(fs, name, state, label);
  const own = listed.map(({ subvolume }) => subvolume.path.split('/')[1]);
  const kept = (await readdir(join(fs.top, 'be-hook'))).filter((name) => !own.includes(name.split('@')[0]));
  assert.equal(kept, ['history'], `${label}: nothing is left over`);
  return path;
}

async function checkEvidence(fs: LoopBtrfs, name: string, state: string | null, label: string): Promise<void> {
  assert.is(state, 'failed', label);
  const diagnosis = await beHook('diagnose', name, '--filesystem', fs.top);
  // An upgrade that was killed before it wrote a report has no evidence. Existing files must be complete.
  const silent = !existsSync(join(fs.top, 'be-hook', name, 'root/usr/lib/sysimage/be-hook/report'));
  const outcome = silent ? diagnosis.stderr : diagnosis.stdout;
  const says = silent
    ? /: cannot read the report of “[^”]*”: \S*\/report is missing or damaged; /
    : /^Outcome: +(interrupted: |failed when it was to be put into the menu)/m;
  assert.match(outcome, says, `${label}: ${outcome} ${diagnosis.stderr}`);
}
