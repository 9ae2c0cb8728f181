import { lstatSync } from 'node:fs';
import { parseRpmQuery, rpmQueryFormat } from '../formats/rpm-query.ts';
import type { InstalledPackage } from '../model/package.ts';
import { listNames, pathOf, stat } from './files.ts';
import { type Root, resolveInside } from './inside.ts';
import { run } from './run.ts';
import type { Session } from './session.ts';

/** The packages of a system, or the reason why be-hook cannot read them. */
export type PackageFacts =
  | { readonly kind: 'known'; readonly packages: readonly InstalledPackage[] }
  | { readonly kind: 'unknown'; readonly why: string };

/** The directories of rpm's database: on Fedora, openSUSE and EL 10; then on EL 9, PLD and Mageia. */
const directories = ['usr/lib/sysimage/rpm', 'var/lib/rpm'];

/** The database's file in each of rpm's formats: sqlite, ndb and the former Berkeley DB. */
const databases = ['rpmdb.sqlite', 'Packages.db', 'Packages'];

/** The script's exit status where rpm does not know the format of the database, and made a new, empty one beside it. */
const foreign = 3;

/**
 * Shows rpm the database through an overlay in a namespace of its own. The overlay keeps the changes in memory, and the
 * kernel discards them with the namespace. rpm as root writes to a database that it reads (sqlite's -shm and -wal, or a
 * whole new database where there is no database), and after a crash it has to. rpm would expand macros in a path, and
 * mount(8) interprets commas and colons: both get only fixed paths.
 */
const script = `
cd -P -- "$1" || exit 1
shift
mount -n -t tmpfs -o mode=700 tmpfs /tmp || exit 1
mkdir /tmp/upper /tmp/work /tmp/rpm || exit 1
mount -n -t overlay -o lowerdir=.,upperdir=/tmp/upper,workdir=/tmp/work overlay /tmp/rpm || exit 1
(cd / && exec rpm --dbpath /tmp/rpm "$@") || exit
for file in ${databases.join(' ')}; do
  [ -e "$file" ] || [ ! -e "/tmp/upper/$file" ] || exit ${foreign}
done
`;

/** How often be-hook reads a database that another process changes meanwhile. */
const attempts = 3;

/** Reads the list of packages that are installed in a root, with this machine's rpm. It does not change the root. */
export async function readPackages(session: Session, root: Root): Promise<PackageFacts> {
  const directory = findDatabase(root);
  if (directory === undefined) return { kind: 'unknown', why: 'it has no rpm database' };
  const path = pathOf(session.top, directory);
  // rpm would follow a symbolic link out of the root.
  if (listNames(path).some((name) => stat(`${path}/${name}`)?.kind === 'symlink'))
    return { kind: 'unknown', why: `there is a symbolic link in /${directory}` };
  for (let attempt = 1; ; attempt += 1) {
    const before = fingerprint(path);
    const facts = await query(session, directory);
    if (attempt === attempts || fingerprint(path) === before) return facts;
  }
}

function findDatabase(root: Root): string | undefined {
  for (const directory of directories) {
    const found = resolveInside(root, directory);
    if (found.kind !== 'found' || found.stat.kind !== 'directory') continue;
    if (databases.some((name) => stat(`${pathOf(root.top, found.path)}/${name}`)?.kind === 'file')) return found.path;
  }
  return undefined;
}

async function query({ enter, mountedAt }: Session, directory: string): Promise<PackageFacts> {
  const [program, ...words] = enter;
  // rpm checked the signatures when it installed the packages. To check them again would take most of the time.
  const args = ['-qa', '--nosignature', '--nodigest', '--queryformat', rpmQueryFormat];
  const alone = ['unshare', '--mount', '--propagation', 'private', '--'];
  const shell = ['sh', '-c', script, 'be-hook', pathOf(mountedAt, directory)];
  const ended = await run(program, [...words, ...alone, ...shell, ...args], {
    expect: 'any',
    name: 'rpm',
    seconds: 300,
  });
  if (ended.status === 127) return { kind: 'unknown', why: 'rpm is not installed on this machine' };
  if (ended.status === foreign)
    return { kind: 'unknown', why: `/${directory} has a format that this machine’s rpm does not know` };
  const complaint = ended.stderr.split('\n').find((line) => /^error: |using dummy database/.test(line));
  const packages = ended.status === 0 && complaint === undefined ? parseRpmQuery(ended.stdout) : undefined;
  if (packages !== undefined) return { kind: 'known', packages };
  const said = complaint ?? ended.stderr.trim().split('\n').at(-1) ?? '';
  return { kind: 'unknown', why: `rpm cannot read /${directory}${said === '' ? '' : ` (${said})`}` };
}

/** The sizes and the times of modification, to the nanosecond, of all files of a database. */
function fingerprint(path: string): string {
  const seen = listNames(path).map((name) => {
    const found = lstatSync(`${path}/${name}`, { bigint: true, throwIfNoEntry: false });
    return `${name} ${found?.size} ${found?.mtimeNs}`;
  });
  return seen.join('\n');
}
