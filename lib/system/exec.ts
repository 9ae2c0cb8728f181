import type { ExecPlan, KernelPlace } from '../model/exec.ts';
import { execBase as base, packagesPlace } from '../model/mounting.ts';
import type { Subvolume } from '../model/observation.ts';
import { BeHookError } from '../model/problem.ts';
import { enteredMarkerFile, enteredVariable } from './entered.ts';
import { makeDirectory, readText } from './files.ts';
import { mountOptions } from './mounting.ts';
import { bootMounts } from './private-boot.ts';
import { type Attached, startAttached } from './run.ts';
import type { Session } from './session.ts';
import { toolPath } from './spawn.ts';

/** The PATH for the administrator's programs, as in root's shell. be-hook uses `toolPath` for its own programs. */
const loginPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Process 1 of the namespace. It mounts as mounting.ts does; each mount takes four arguments. It reports on file
 * descriptor 3 that it is ready, or the error, and waits for a line. Then it runs the command as a child. As process 1
 * the command would ignore most signals, and no process would reap the processes that the command leaves. When process 1
 * ends, the kernel kills them. Process 1 keeps the machine's root, so that programs that look at process 1 see that
 * this is a chroot (guard.sh, and systemd's tools). It must survive the signals of a terminal: its child does not
 * inherit a `trap`, but would inherit ignored signals. A shell prints on standard error which signal killed its child;
 * this script discards that message.
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

/** The arguments of mount(8) for the file systems of the machine and the kernel: type, options, source. */
const kernelMounts: Readonly<Record<KernelPlace, readonly [string, string, string]>> = {
  dev: ['none', 'rbind', '/dev'],
  proc: ['proc', 'nosuid,nodev,noexec', 'proc'],
  // A new sysfs has no mounts inside, such as the firmware's variables. Those belong to the machine, not to a clone.
  sys: ['sysfs', 'ro,nosuid,nodev,noexec', 'sysfs'],
  run: ['tmpfs', 'mode=755,nosuid,nodev', 'tmpfs'],
  tmp: ['tmpfs', 'mode=1777,nosuid,nodev', 'tmpfs'],
};

/** The variables, mounts and outputs of a command that runs in a boot environment. */
export interface Entering {
  /** Environment variables in addition to the fixed ones. */
  readonly variables: Readonly<Record<string, string>>;
  /** The subvolume in which package managers keep their downloads; be-hook mounts it on `packagesPlace`. */
  readonly packages?: Pick<Subvolume, 'id' | 'path'>;
  /** Gets everything that the command prints; the command then has no input. If undefined, the command uses be-hook's. */
  readonly onOutput?: (chunk: Buffer) => void;
}

/** A command that is ready to run in a boot environment. */
export interface Entered {
  /** Runs it and returns its exit status; 126 and 127 come from chroot(1). */
  readonly run: () => Promise<number>;
}

/**
 * Mounts a boot environment in namespaces of its own, for one command. From now on every be-hook counts it as mounted.
 * The kernel repeats the machine's later mounts and unmounts there, so that this namespace keeps no file system in use.
 * It does not propagate mounts back to the machine. If be-hook ends, even by SIGKILL, the kernel ends every process in
 * the namespace. The mounts end with the last process.
 * Throws `tool-missing` and `tool-failed`.
 */
export async function enterEnvironment(
  session: Session,
  plan: ExecPlan,
  { variables, packages, onOutput }: Entering,
): Promise<Entered> {
  const { source } = session;
  const { name, mounts, kernel, resolver, command, scratch, commandLine = '' } = plan;
  await makeDirectory(base, 0o700);
  const at = (mountpoint: string): string => (mountpoint === '/' ? base : base + mountpoint);
  const args = [
    ...mounts.map((mount) => [at(mount.mountpoint), 'btrfs', mountOptions(mount), source]),
    ...(await bootMounts(session, plan)),
    ...kernel.map(({ what, mountpoint }) => [at(mountpoint), ...kernelMounts[what]]),
    ...(packages === undefined
      ? []
      : [[at(packagesPlace), 'btrfs', mountOptions({ subvolume: packages, readOnly: false }), source]]),
  ];
  // Where be-hook mounts no tmpfs on /run, a file in it would stay in the environment.
  const hasRun = kernel.some(({ what, mountpoint }) => what === 'run' && mountpoint === '/run');
  const env = { PATH: loginPath, HOME: '/root', SHELL: '/bin/sh', [enteredVariable]: name, ...variables };
  const assignments = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  // A job has a session of its own: a scriptlet that kills its process group must not kill be-hook.
  const apart = onOutput === undefined ? [] : ['setsid'];
  const chroot = [...apart, 'env', '-i', ...assignments, 'chroot', '--', base, ...command];
  // If be-hook dies, the kernel kills unshare. If unshare dies, the kernel kills process 1.
  const namespaces = ['--mount', '--propagation', 'slave', '--pid', '--fork', '--kill-child'];
  const attached = await startAttached(
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'unshare', ...namespaces, '--', 'sh', '-c', script, 'be-hook'].concat(
      [base, name, hasRun ? enteredMarkerFile : '', resolver ?? ''],
      [scratch ? `${base}-scratch` : '', hasRun ? commandLine : '', String(args.length)],
      args.flat(),
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

/** The command is a child of process 1. Orphans of the command are children of process 1 too, and get the signal. */
function signalChildren({ said: pid }: Attached, signal: NodeJS.Signals, reach: 'child' | 'group'): void {
  try {
    const children = readText(`/proc/${pid}/task/${pid}/children`).split(' ');
    for (const child of children.filter((word) => word !== ''))
      process.kill(reach === 'group' ? -Number(child) : Number(child), signal);
  } catch {
    // The process has just ended, so it needs no signal.
  }
}
