import { stat } from './files.ts';

const places: Readonly<Record<string, readonly string[]>> = {
  'kernel-install': ['/usr/lib/kernel/install.d/95-be-hook.install', '/etc/kernel/install.d/95-be-hook.install'],
  'rpm triggers': ['/usr/lib/be-hook/posttrans'],
  'systemd drift service': [
    '/usr/lib/systemd/system/be-hook-drift.service',
    '/etc/systemd/system/be-hook-drift.service',
  ],
  'systemd path unit': ['/usr/lib/systemd/system/be-hook.path', '/etc/systemd/system/be-hook.path'],
};

/** The names of those hooks of ours that are installed in the running system. */
export function findHooks(): readonly string[] {
  return Object.entries(places).flatMap(([name, paths]) =>
    paths.some((path) => stat(path) !== undefined) ? [name] : [],
  );
}
