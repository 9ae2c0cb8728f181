import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import * as assert from 'uvu/assert';
import { cases } from './budget.ts';
import { crossCheck } from './cross-check.ts';
import { tool } from './guest/tool.ts';
import { type LoopBtrfs, mountBtrfs } from './loop-btrfs.ts';
import { withPackageSystem } from './package-system.ts';
import { fastDirectory } from './powercut/record.ts';
import { beHook, beHookOk, type ListedEnvironment, listOf, menuOf } from './program.ts';
import { randomNumbers } from './random-numbers.ts';
import { changesSince, keepState } from './root-changes.ts';
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
  /** The states that interrupted upgrades left, and beside which the next upgrade succeeded. */
  readonly checked: Set<string>;
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
    await keepState(fs, 'before');
    const directory = await mkdtemp(join(await fastDirectory(), 'be-hook-killed-'));
    try {
      await fs.unmounted(async () => {
        const [template, image] = [join(directory, 'template'), join(directory, 'image')];
        await tool('cp', ['--sparse=always', fs.image, template]);
        const fresh: UpgradeScene['fresh'] = async (use) => {
          await tool('cp', ['--sparse=always', template, image]);
          return await mountBtrfs([image], use, 'noatime');
        };
        await body({ image: template, fresh, menu, checked: new Set() });
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

/**
 * Kills upgrades of one system at random times after the start of each phase, and each victim in each phase. Returns the
 * phases in which the victims were hit.
 */
export async function killUpgrades(victims: readonly Victim[]): Promise<ReadonlyMap<Victim, ReadonlySet<Phase>>> {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = randomNumbers(seed);
  const seen = new Map(victims.map((victim) => [victim, new Set<Phase>()]));
  await withUpgradeScene(async (scene) => {
    const share = (await scene.fresh(timeOf)) / phases.length;
    for (let turn = 0; turn < cases(phases.length); turn += 1) {
      const phase = phases[turn % phases.length] ?? 'start';
      for (const [victim, hit] of seen) {
        const delay = Math.round(random() * share);
        const label = `seed ${seed}: ${victim}, killed ${delay} ms after the begin of: ${phase}`;
        hit.add(await killOnce(scene, { victim, phase, delay, askGrub: turn % 4 === 3, label }));
      }
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
 * Checks the result of an interrupted upgrade: the system and its menu did not change, and be-hook reports the evidence.
 * If no interrupted upgrade of the scene left the same state for the next one, the next upgrade also succeeds beside this
 * evidence. With `askGrub`, GRUB is asked once for each state. Returns the progress.
 */
export async function checkInterruptedUpgrade(
  scene: UpgradeScene,
  fs: LoopBtrfs,
  kill: Pick<Kill, 'label' | 'askGrub'>,
): Promise<Phase> {
  const listed = await listOf(fs.top);
  const phase = phaseOf(fs, listed);
  const label = `${kill.label}, in: ${phase}`;
  if (phase !== 'end') assert.is(await menuText(fs), scene.menu, `${label}: the menu`);
  const synced = await beHook('sync', '--filesystem', fs.top);
  assert.is(synced.status, 0, `${label}: ${synced.stderr}`);
  assert.equal(await changesSince(fs, 'before'), [], `${label}: the system is what it was`);
  const left = await stateForNext(fs, phase, listed);
  const key = kill.askGrub ? `with GRUB: ${left}` : left;
  if (scene.checked.has(key)) {
    const interrupted = listed.filter(({ name, state }) => state !== null && existsSync(join(fs.top, 'be-hook', name)));
    for (const { name } of interrupted) await checkDiagnosis(fs, name, label);
    return phase;
  }
  const path = await checkNext(fs, phase, label);
  scene.checked.add(left).add(key);
  if (kill.askGrub) await crossCheck(fs, ['@be1/boot/grub', `${path}/boot/grub`]);
  return phase;
}

function menuText({ top }: LoopBtrfs): Promise<string> {
  return readFile(join(top, menuFile), 'utf8');
}

/**
 * What an interrupted upgrade and the sync after it left for the next upgrade. The system itself is the same in each
 * case (see `changesSince`). An upgrade does not read the files of an interrupted copy, except its mark and its evidence.
 */
async function stateForNext(fs: LoopBtrfs, phase: Phase, listed: readonly ListedEnvironment[]): Promise<string> {
  const store = join(fs.top, 'be-hook');
  const names = (await readdir(store).catch(() => [])).sort();
  const packages = (await readdir(join(store, '.packages'), { recursive: true }).catch(() => [])).sort();
  const report = await readFile(join(fs.top, evidence, 'report'), 'utf8').catch(() => '');
  const stage = /"stage": *"[^"]*"/.exec(report)?.[0] ?? '';
  const environments = listed.map(({ name, state, active, kernels, problems }) => {
    return [name, state, active, kernels.map(({ image }) => image), problems.map(({ code }) => code)];
  });
  return JSON.stringify([phase === 'end', names, packages, stage, environments, await menuText(fs)]);
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
function phaseOf(fs: LoopBtrfs, listed: readonly ListedEnvironment[]): Phase {
  const found = listed.find(({ name }) => name === 'be1-2');
  if (found !== undefined && found.state === null) return 'end';
  return phases.findLast((phase) => phase !== 'end' && hasBegun(fs, phase)) ?? 'start';
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
  for (const { name, state } of rest) {
    assert.is(state, 'failed', label);
    await checkDiagnosis(fs, name, label);
  }
  const own = listed.map(({ subvolume }) => subvolume.path.split('/')[1]);
  const kept = (await readdir(join(fs.top, 'be-hook'))).filter((name) => !own.includes(name.split('@')[0]));
  assert.equal(kept, ['history'], `${label}: nothing is left over`);
  return path;
}

async function checkDiagnosis(fs: LoopBtrfs, name: string, label: string): Promise<void> {
  const diagnosis = await beHook('diagnose', name, '--filesystem', fs.top);
  // An upgrade that was killed before it wrote a report has no evidence. Existing files must be complete.
  const silent = !existsSync(join(fs.top, 'be-hook', name, 'root/usr/lib/sysimage/be-hook/report'));
  const outcome = silent ? diagnosis.stderr : diagnosis.stdout;
  const says = silent
    ? /: cannot read the report of “[^”]*”: \S*\/report is missing or damaged; /
    : /^Outcome: +(interrupted: |failed when it was to be put into the menu)/m;
  assert.match(outcome, says, `${label}: ${outcome} ${diagnosis.stderr}`);
}
