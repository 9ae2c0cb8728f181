import type { BootCommand, BootEvent, BootModel, KernelEvent, Kernels } from './commands.ts';
import type { KernelContents } from './machine.ts';

/** The model after a command or an event. */
export function withCommand(model: BootModel, command: BootCommand | BootEvent): BootModel {
  const { environments, snapshots, running } = model;
  switch (command.verb) {
    case 'sync':
      return model;
    case 'create': {
      const source = environments.get(command.from) ?? snapshots.get(command.from);
      return { ...model, environments: put(environments, command.name, source) };
    }
    case 'activate':
      return { ...model, active: command.name };
    case 'reboot':
      return { ...model, running: command.name };
    case 'snapshot':
      return { ...model, snapshots: put(snapshots, keyOf(command), environments.get(command.name)) };
    case 'rollback':
      return { ...model, environments: put(environments, command.name, snapshots.get(keyOf(command))) };
    case 'destroy':
      if ('snapshot' in command) return { ...model, snapshots: without(snapshots, keyOf(command)) };
      return {
        ...model,
        environments: without(environments, command.name),
        snapshots: new Map([...snapshots].filter(([key]) => !key.startsWith(`${command.name}@`))),
      };
    case 'install':
    case 'reinstall':
    case 'rewrite':
    case 'remove': {
      const kernels = environments.get(running) ?? new Map<string, KernelContents>();
      return { ...model, environments: put(environments, running, withKernel(kernels, command)) };
    }
  }
}

/** The contents that an event gives a kernel. */
export function contentsAfter(kernels: Kernels, event: KernelEvent): KernelContents {
  const { verb, release, count } = event;
  const before = kernels.get(release);
  const image = `k${release.split('-')[0]}`;
  if (before === undefined || verb === 'install')
    return { image: count % 3 === 0 ? `${image}-${count}` : image, initrd: `i${count}` };
  return verb === 'rewrite' ? { ...before, initrd: `i${count}` } : before;
}

function withKernel(kernels: Kernels, event: KernelEvent): Kernels {
  if (event.verb === 'remove') return without(kernels, event.release);
  return put(kernels, event.release, contentsAfter(kernels, event));
}

function keyOf({ name, snapshot }: { readonly name: string; readonly snapshot: string }): string {
  return `${name}@${snapshot}`;
}

function put<V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined): ReadonlyMap<string, V> {
  if (value === undefined) throw new Error(`the model has nothing for ${key}`);
  return new Map([...map, [key, value]]);
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return new Map([...map].filter(([candidate]) => candidate !== key));
}
