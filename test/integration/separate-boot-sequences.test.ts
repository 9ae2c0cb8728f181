import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inBubble, rootOf } from '../support/bubble.ts';
import { budget } from '../support/budget.ts';
import { randomNumbers } from '../support/random-numbers.ts';
import { bootFile } from '../support/root-tree.ts';
import { addKernel, addModules, type SeparateBootMachine, withSeparateBoot } from '../support/separate-boot.ts';
import { loadedByEntry } from '../support/separate-boot-entries.ts';

/*
 * The claim of test/properties/separate-boot.test.ts, on real file systems and with the real GRUB: after each command
 * every entry loads the kernel and the initramfs that its own environment installed last.
 */
const test = suite('sequences of commands with a separate /boot');

/** Seconds after which no further command begins. */
const seconds = 20 * budget();

const releases = ['6.15.1-1.fc44.x86_64', '6.16.2-1.fc44.x86_64', '6.17.3-1.fc44.x86_64'] as const;

/** The labels in the two files of a kernel. */
interface Labels {
  readonly kernel: string;
  readonly initrd: string;
}

/** The kernels of each environment by release, and what runs and boots by default. */
interface Model {
  readonly environments: Map<string, Map<string, Labels>>;
  running: string;
  active: string;
  /** The number of the last command. */
  step: number;
}

type Command = (scene: Scene) => Promise<string | undefined>;

/** A machine, its model, and random choices. */
interface Scene {
  readonly machine: SeparateBootMachine;
  readonly model: Model;
  readonly pick: <T>(from: readonly T[]) => T | undefined;
}

const subvolumeOf = (name: string): string => (name === 'be1' ? '@be1' : `be-hook/${name}/root`);

/** Runs be-hook in the running environment. */
async function beHook({ machine: { fs, boot }, model }: Scene, words: string): Promise<string> {
  const script = `mount -t "$1" -- "$2" /boot && be-hook ${words}`;
  const command = ['sh', '-c', script, 'sh', boot.type, boot.device];
  const ended = await inBubble(rootOf(fs, subvolumeOf(model.running)), command);
  assert.is(ended.status, 0, `be-hook ${words}: ${ended.stdout}${ended.stderr}`);
  return `${model.running}: be-hook ${words}`;
}

const kernelsOf = ({ environments, running }: Model): Map<string, Labels> =>
  environments.get(running) ?? new Map<string, Labels>();

const initramfs = ({ machine }: Scene, release: string): string => join(machine.boot.top, `initramfs-${release}.img`);

const commands: Readonly<Record<string, Command>> = {
  async create(scene) {
    const { model } = scene;
    if (model.environments.size >= 4) return undefined;
    const name = `copy${model.step}`;
    model.environments.set(name, new Map(kernelsOf(model)));
    return beHook(scene, `create ${name}`);
  },
  async destroy(scene) {
    const { environments, running, active } = scene.model;
    const name = scene.pick([...environments.keys()].filter((each) => !['be1', running, active].includes(each)));
    if (name === undefined) return undefined;
    environments.delete(name);
    return beHook(scene, `destroy -F ${name}`);
  },
  async activate(scene) {
    const { model } = scene;
    model.active = scene.pick([...model.environments.keys()]) ?? model.active;
    return beHook(scene, `activate ${model.active}`);
  },
  async reboot(scene) {
    scene.model.running = scene.model.active;
    return beHook(scene, 'sync');
  },
  async install(scene) {
    const { machine, model } = scene;
    const release = scene.pick(releases) ?? releases[0];
    const label = `${model.running}-${model.step}`;
    await addModules(join(machine.fs.top, subvolumeOf(model.running)), release, label);
    await addKernel(machine.boot.top, release, machine.fs.uuid, label);
    kernelsOf(model).set(release, { kernel: label, initrd: label });
    return `install ${release}; ${await beHook(scene, 'sync')}`;
  },
  async dracut(scene) {
    const { model } = scene;
    const release = scene.pick([...kernelsOf(model).keys()]);
    const old = kernelsOf(model).get(release ?? '');
    if (release === undefined || old === undefined) return undefined;
    const label = `${model.running}-${model.step}`;
    await writeFile(initramfs(scene, release), bootFile('INITRD', label, release));
    kernelsOf(model).set(release, { ...old, initrd: label });
    return `dracut ${release}; ${await beHook(scene, 'sync')}`;
  },
  async erase(scene) {
    const { machine, model } = scene;
    const release = kernelsOf(model).size < 2 ? undefined : scene.pick([...kernelsOf(model).keys()]);
    if (release === undefined) return undefined;
    for (const path of [join(machine.boot.top, `vmlinuz-${release}`), initramfs(scene, release)])
      await rm(path, { force: true });
    await rm(join(machine.fs.top, subvolumeOf(model.running), 'usr/lib/modules', release), { recursive: true });
    kernelsOf(model).delete(release);
    return `erase ${release}; ${await beHook(scene, 'sync')}`;
  },
};

/** What each entry has to load. */
function expected({ environments }: Model): Record<string, unknown> {
  const entries = [...environments].flatMap(([name, kernels]) =>
    [...kernels].map(([release, { kernel, initrd }]) => [
      `${name} ${release}`,
      { kernel: `KERNEL ${kernel} ${release}`, initrd: `INITRD ${initrd} ${release}`, root: subvolumeOf(name) },
    ]),
  );
  return Object.fromEntries(entries) as Record<string, unknown>;
}

test('let every entry load the kernel of its own environment', async () => {
  const seed = Date.now() % 1_000_000;
  const random = randomNumbers(seed);
  const pick: Scene['pick'] = (from) => from[Math.floor(random() * from.length)];
  const history = [`seed ${seed}`];
  const end = performance.now() + seconds * 1000;
  await withSeparateBoot('ext4', [releases[0]], async (machine) => {
    const first = new Map<string, Labels>([[releases[0], { kernel: 'be1', initrd: 'be1' }]]);
    const model: Model = { environments: new Map([['be1', first]]), running: 'be1', active: 'be1', step: 0 };
    const scene: Scene = { machine, model, pick };
    await beHook(scene, 'setup --yes');
    await commands['create']?.(scene);
    while (performance.now() < end || history.length < 7) {
      model.step += 1;
      const done = await pick(Object.values(commands))?.(scene);
      if (done === undefined) continue;
      history.push(done);
      assert.equal(await loadedByEntry(machine), expected(model), history.join('\n'));
    }
  });
});

test.run();
