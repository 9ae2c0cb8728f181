import type { ExecPlan, KernelPlace } from '../model/exec.ts';
import { execBase as base, packagesPlace } from '../model/mounting.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { enteredSign, enteredVariable } from './entered.ts';
import { makeDirectory, readText } from './files.ts';
import { mountOptions } from './mounting.ts';
import { type Attached, startAttached } from './run.ts';
import type { Session } from './session.ts';
import { toolPath } from './start.ts';

/** Where the administrator's programs are looked for, as root's shell does; be-hook's own choices say another PATH. */
const loginPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Process 1 of the namespace. It mounts as mounting.ts does, four words for each mount, says on file descriptor 3 that
 * all is ready or what is wrong, waits for its word, and runs the command as a child: a first process would be deaf to
 * most signals, and nobody would collect the processes that the command leaves. When it ends, the kernel kills them.
 * Its own root stays the machine's, so that whoever looks at process 1 sees that this is a chroot (guard.sh, and
 * systemd's tools). Signals of a terminal it must outlive; a `trap`, unlike ignoring them, is not inherited. A shell says
 * on standard error which signal killed its child: this one says it to nobody.
 */
const script = `
fail() {
  printf '%s\\n' "$1" | head -n 1 >&3
  exit 1
}
forget() {
  mkdir -p "$scratch" && mount -t tmpfs -o mode=755 tmpfs "$scratch" && mkdir "$scratch/upper" "$scratch/work" &&
    mount -t overlay -o "lowerdir=$base,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$base"
}
base=$1 name=$2 sign=$3 resolver=$4 scratch=$5 cmdline=$6 mounts=$7 mask=$(umask)
shift 7
while [ "$mounts" -gt 0 ]; do
  case $1 in "$base/run/"*) mkdir -p -- "$1" ;; esac
  cd -P -- "$1" 2>/dev/null && [ "$(pwd -P)" = "$1" ] || fail "$1 is not a directory, or its path has a symbolic link"
  why=$(mount --no-canonicalize -t "$2" -o "$3" -- "$4" . 2>&1) || fail "$1: $why"
  cd /
  if [ "$1" = "$base" ] && [ -n "$scratch" ]; then why=$(forget 2>&1) || fail "overlay: $why"; fi
  shift 4
  mounts=$((mounts - 1))
done
umask 022
if [ -n "$resolver" ] && [ -r /etc/resolv.conf ]; then
  mkdir -p "$base\${resolver%/*}" && cat /etc/resolv.conf >"$base$resolver"
fi 2>/dev/null
if [ -n "$sign" ]; then
  mkdir -p "$base\${sign%/*}" && printf %s "$name" >"$base$sign"
fi 2>/dev/null
if [ -n "$cmdline" ]; then
  printf '%s\\n' "$cmdline" >"$base/run/cmdline" && mount --bind "$base/run/cmdline" "$base/proc/cmdline"
fi 2>/dev/null
umask "$mask"
read -r pid _ </proc/self/stat
echo "ready $pid" >&3
read -r _ <&3 || exit 1
trap : INT QUIT TERM HUP
exec 4>&2 2>/dev/null
(exec "$@" 2>&4 3>&- 4>&-)
exit $?
`;

/** How mount(8) is told what the machine and the kernel give: type, options, source. */
const kernelMounts: Readonly<Record<KernelPlace, readonly [string, string, string]>> = {
  dev: ['none', 'rbind', '/dev'],
  proc: ['proc', 'nosuid,nodev,noexec', 'proc'],
  // A new one has nothing mounted in it, such as the firmware's variables, which are the machine's and not a clone's.
  sys: ['sysfs', 'ro,nosuid,nodev,noexec', 'sysfs'],
  run: ['tmpfs', 'mode=755,nosuid,nodev', 'tmpfs'],
  tmp: ['tmpfs', 'mode=1777,nosuid,nodev', 'tmpfs'],
};

/** What a command is given beside its environment. */
export interface Entering {
  /** Of its environment, beside the fixed ones. */
  readonly variables: Readonly<Record<string, string>>;
  /** The subvolume in which package managers keep what they download, on `packagesPlace`. */
  readonly packages?: Pick<Subvolume, 'id' | 'path'>;
  /** Is handed what it prints, on either output; it then has no input. Undefined gives it ours. */
  readonly onOutput?: (chunk: Buffer) => void;
}

/** A command that is ready to run in a boot environment. */
export interface Entered {
  /** Runs it, with our standard input and outputs, and gives its exit status; 126 and 127 are chroot(1)'s. */
  readonly run: () => Promise<number>;
}

/**
 * Mounts a boot environment in namespaces of its own, for one command. From now on it counts as mounted, wherever
 * somebody looks. Mounts that the machine makes and takes away later are made and taken away there too, so that nothing
 * is kept in use by it; nothing comes back. If we die, killed or not, the kernel ends every process in there and all
 * mounts are gone with the last one.
 * Throws `tool-missing` and `tool-failed`.
 */
export async function enterEnvironment(
  { source }: Session,
  { name, mounts, kernel, resolver, command, scratch, commandLine = '' }: ExecPlan,
  { variables, packages, onOutput }: Entering,
): Promise<Entered> {
  await makeDirectory(base, 0o700);
  const at = (mountpoint: string): string => (mountpoint === '/' ? base : base + mountpoint);
  const words = [
    ...mounts.map((mount) => [at(mount.mountpoint), 'btrfs', mountOptions(mount), source]),
    ...kernel.map(({ what, mountpoint }) => [at(mountpoint), ...kernelMounts[what]]),
    ...(packages === undefined
      ? []
      : [[at(packagesPlace), 'btrfs', mountOptions({ subvolume: packages, readOnly: false }), source]]),
  ];
  // Where /run is not ours, a file in it would stay in the environment.
  const hasRun = kernel.some(({ what, mountpoint }) => what === 'run' && mountpoint === '/run');
  const env = { PATH: loginPath, HOME: '/root', SHELL: '/bin/sh', [enteredVariable]: name, ...variables };
  const assignments = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  // A job has a session of its own: a scriptlet that kills its process group must not reach us.
  const session = onOutput === undefined ? [] : ['setsid'];
  const chroot = [...session, 'env', '-i', ...assignments, 'chroot', '--', base, ...command];
  // If we die, unshare is killed, and if that dies, the first process.
  const namespaces = ['--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child'];
  const attached = await startAttached(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--', 'sh', '-c', script, 'be-hook'].concat(
      [base, name, hasRun ? enteredSign : '', resolver ?? ''],
      [scratch ? `${base}-scratch` : '', hasRun ? commandLine : '', String(words.length)],
      words.flat(),
      chroot,
    ),
    { PATH: toolPath, LC_ALL: 'C' },
    (line) => new BeHookError({ code: 'tool-failed', tool: 'mount', how: 'failed', output: line }),
    onOutput,
  );
  return {
    run: () => attached.begin((signal) => signalChildren(attached, signal, onOutput === undefined ? 'child' : 'group')),
  };
}

/** The command is the only child of the first process; what it has left there before gets the signal too. */
function signalChildren({ said: pid }: Attached, signal: NodeJS.Signals, reach: 'child' | 'group'): void {
  try {
    const children = readText(`/proc/${pid}/task/${pid}/children`).split(' ');
    for (const child of children.filter((word) => word !== ''))
      process.kill(reach === 'group' ? -Number(child) : Number(child), signal);
  } catch {
    // It has just ended, which is what the signal is for.
  }
}
