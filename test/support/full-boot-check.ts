import * as assert from 'uvu/assert';
import { bootedBy, checkFiles, fingerprint, freeAll, leaveFree, type WithBootMachine } from './full-boot.ts';
import { type FullBootScene, succeed } from './full-boot-scenes.ts';
import type { SeparateBootMachine } from './separate-boot.ts';

/** What the machine boots before and after a command that has enough space, and what it boots after the next sync. */
interface Ends<T = readonly string[]> {
  readonly present: T;
  readonly synced: T;
}

/** The exit status of be-hook(8) for a full disk. */
const full = 73;

/** A number of free blocks with which every command of the scenes succeeds: more than the reserve of 4 MiB. */
const enough = 2000;

/**
 * Runs a command with exactly so many free blocks on /boot, from none until it succeeds. After each failure GRUB boots what
 * it booted before, or what it boots after the command. Every file is complete. Once there is space, the next sync
 * completes one of the two states. `stride` is the distance of the numbers.
 */
export async function checkScene(withMachine: WithBootMachine, scene: FullBootScene, stride = 1): Promise<void> {
  const before = await withMachine((machine) => findEnds(machine, scene, ''));
  const after = await withMachine((machine) => findEnds(machine, scene, scene.command));
  const ends = { present: [before.present, after.present], synced: [before.synced, after.synced] };
  let blocks: number | undefined = 0;
  while (blocks !== undefined) {
    const from: number = blocks;
    blocks = await withMachine(async (machine) => {
      await scene.prepare?.(machine);
      return await tryUntilChange(machine, scene, ends, { from, stride });
    });
  }
}

async function findEnds(
  machine: SeparateBootMachine,
  { prepare }: FullBootScene,
  command: string,
): Promise<Ends<string>> {
  await prepare?.(machine);
  await succeed(machine, command);
  const present = JSON.stringify(await bootedBy(machine));
  if (!(await isServed(machine))) return { present, synced: present };
  await succeed(machine, 'be-hook sync');
  return { present, synced: JSON.stringify(await bootedBy(machine)) };
}

/** Whether the machine has be-hook's menu: after `uninstall` it stays without one. */
async function isServed({ readBoot }: SeparateBootMachine): Promise<boolean> {
  return (await readBoot('grub2/be-hook.cfg')) !== '';
}

/** Tries until the command changes the machine. Returns the next number of blocks. Undefined after a success. */
async function tryUntilChange(
  machine: SeparateBootMachine,
  { command, freesFirst }: FullBootScene,
  ends: Ends,
  { from, stride }: { readonly from: number; readonly stride: number },
): Promise<number | undefined> {
  const before = await fingerprint(machine);
  for (let blocks = from; ; ) {
    const free = await leaveFree(machine.boot, blocks);
    const { status, stderr } = await machine.sh(command);
    const where = `${free} free blocks, status ${status}: ${stderr}`;
    const isChanged = (await fingerprint(machine)) !== before;
    const next = nextNumber(free, stderr, stride);
    if (freesFirst) assert.is(status, 0, where);
    if (status !== 0) checkRefusal(status, stderr, where);
    if (status === 0 || isChanged || blocks === from) await checkMachine(machine, ends.present, where);
    if (status === 0 || isChanged) {
      await checkRecovery(machine, ends, where);
      return status === 0 ? undefined : next;
    }
    assert.ok(next <= enough, where);
    blocks = next;
  }
}

function checkRefusal(status: number, stderr: string, where: string): void {
  assert.is(status, full, where);
  assert.match(stderr, /\d+ [KM]iB are needed, and \d+ [KM]iB are free/, where);
}

/** A refusal before the first write says how much is needed. One block less is refused too, and that much suffices. */
function nextNumber(free: number, stderr: string, stride: number): number {
  const needed = /cannot keep copies .*: (\d+) KiB are needed/.exec(stderr)?.[1];
  if (needed === undefined) return free + stride;
  const blocks = Math.ceil(Number(needed) / 4);
  assert.ok(free < blocks, stderr);
  return Math.max(free + stride, blocks - 1);
}

async function checkMachine(machine: SeparateBootMachine, allowed: readonly string[], where: string): Promise<void> {
  await checkFiles(machine, where);
  const booted = JSON.stringify(await bootedBy(machine));
  assert.ok(allowed.includes(booted), `${where}\n${booted}\nis none of\n${allowed.join('\n')}`);
}

async function checkRecovery(machine: SeparateBootMachine, ends: Ends, where: string): Promise<void> {
  await freeAll(machine.boot);
  if (!(await isServed(machine))) return;
  await succeed(machine, 'be-hook sync');
  const { steps } = (await machine.json('sync', '--dry-run')) as { readonly steps: readonly unknown[] };
  assert.equal(steps, [], where);
  await checkMachine(machine, ends.synced, `after sync, ${where}`);
}
