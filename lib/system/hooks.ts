import { listNames, stat } from './files.ts';

function listPlaces(): Readonly<Record<string, readonly string[]>> {
  return {
    'kernel-install': ['/usr/lib/kernel/install.d/95-be-hook.install', '/etc/kernel/install.d/95-be-hook.install'],
    'rpm triggers': ['/usr/lib/be-hook/posttrans'],
    'systemd drift service': [
      '/usr/lib/systemd/system/be-hook-drift.service',
      '/etc/systemd/system/be-hook-drift.service',
    ],
    'systemd path unit': ['/usr/lib/systemd/system/be-hook.path', '/etc/systemd/system/be-hook.path'],
    'dnf5 plugin': ['/etc/dnf/libdnf5-plugins/actions.d/be-hook.actions'],
    'dnf4 plugin': pythonPlaces('dnf-plugins/be_hook.py'),
    'zypper plugin': ['/usr/lib/zypp/plugins/commit/be-hook'],
  };
}

/** Each version of Python has its own directory. Debian names the directory inside it `dist-packages`. */
function pythonPlaces(file: string): readonly string[] {
  const versions = listNames('/usr/lib').filter((name) => name.startsWith('python3'));
  return versions.flatMap((name) =>
    ['site-packages', 'dist-packages'].map((directory) => `/usr/lib/${name}/${directory}/${file}`),
  );
}

/** The names of be-hook's hooks that are installed in the running system. */
export function findHooks(): readonly string[] {
  return Object.entries(listPlaces()).flatMap(([name, paths]) =>
    paths.some((path) => stat(path) !== undefined) ? [name] : [],
  );
}
