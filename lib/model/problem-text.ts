import { describePart } from './part-text.ts';
import type { Problem, ProblemCode } from './problem.ts';
import { menuWords } from './problem-text-menu.ts';
import { packageWords } from './problem-text-packages.ts';
import { placeWords } from './problem-text-places.ts';
import { setupWords } from './problem-text-setup.ts';
import { streamWords } from './problem-text-streams.ts';
import type { Messages, ProblemText } from './problem-text-type.ts';
import { writingWords } from './problem-text-writing.ts';
import { faults, layouts, obstacles } from './problem-words.ts';
import { visible } from './visible.ts';

/** The message and the hint for one problem. Names and other outside text lose their control characters. */
export function describeProblem(problem: Problem): ProblemText {
  const write = messages[problem.code] as (args: Problem) => ProblemText;
  const { message, hint } = write(problem);
  return { message: visible(message), hint: visible(hint) };
}

const remedies = {
  argument: 'choose another name',
  'name-option': 'choose another name with --name',
  rename: 'give one of them another name: be-hook rename NAME NEW-NAME',
} as const;

const messages: Messages<ProblemCode> = {
  ...menuWords,
  ...packageWords,
  ...streamWords,
  ...setupWords,
  ...writingWords,
  ...placeWords,
  usage: ({ text, hint = 'see: be-hook help' }) => ({ message: text, hint }),
  'name-invalid': ({ name }) => ({
    message: `cannot use “${name}” as the name of a boot environment`,
    hint: 'use at most 64 letters, digits and . _ : + - , begin with a letter or digit, and do not end in + and a number',
  }),
  'name-taken': ({ name, path, remedy }) => ({
    message: `cannot use the name “${name}”: the boot environment in /${path} has the same name (or one that differs only in case)`,
    hint: remedies[remedy ?? 'argument'],
  }),
  'no-such-environment': ({ name, known }) => ({
    message: `cannot find the boot environment “${name}”`,
    hint: known.length === 0 ? 'create the first one with: be-hook setup' : `use one of: ${known.join(', ')}`,
  }),
  'not-root': () => ({ message: 'cannot read boot environments: permission denied', hint: 'run the command as root' }),
  'environment-in-use': ({ name, how, detail, verb = 'destroy' }) => ({
    message: `cannot ${verb} “${name}”: ${obstacles[how].what(detail)}`,
    hint: obstacles[how].hint(name, detail),
  }),
  'environment-mounted': ({ name, where }) => ({
    message: `cannot destroy “${name}”: it is mounted on ${where}`,
    hint: `unmount it first: be-hook umount ${name}`,
  }),
  'already-mounted': ({ name, where }) => ({
    message: `cannot mount “${name}”: it is already mounted on ${where}`,
    hint: `use it there, or unmount it first: be-hook umount ${name}`,
  }),
  'not-mounted': ({ name }) => ({ message: `cannot unmount “${name}”: it is not mounted`, hint: 'see: be-hook list' }),
  'mountpoint-unfit': ({ path, why }) => ({
    message: `cannot mount on ${path}: ${why}`,
    hint: 'name an empty directory by its absolute path, or omit the directory',
  }),
  'inside-environment': ({ name }) => ({
    message: `be-hook does not work inside be-hook exec (“${name}”): the processes and mounts of the host are not visible here`,
    hint: 'run be-hook outside; be-hook exec updates the menu when its command ends',
  }),
  'mount-left-out': ({ name, path, why }) => ({
    message: `cannot mount on ${path} of “${name}”: ${why}`,
    hint: 'create an ordinary directory there in the environment',
  }),
  'mount-busy': ({ path, gone }) => ({
    message: `cannot unmount ${path}: it is in use${gone.length === 0 ? '' : `; already unmounted: ${gone.join(', ')}`}`,
    hint: 'stop the processes that use it (fuser -m lists them), or detach it with: be-hook umount -f',
  }),
  'no-such-snapshot': ({ name, known }) => ({
    message: `cannot find the snapshot “${name}”`,
    hint: known.length === 0 ? 'make one with: be-hook snapshot' : `use one of: ${known.join(', ')}`,
  }),
  'snapshot-taken': ({ name }) => ({
    message: `cannot make the snapshot “${name}”: it already exists`,
    hint: 'choose another name, or omit it: the default name is the time',
  }),
  'swap-file': ({ name, path }) => ({
    message: `cannot copy “${name}”: the system swaps to ${path} in it`,
    hint: `move the swap file to its own subvolume that is not cloned, or run: swapoff ${path}`,
  }),
  'kernel-changed': ({ path }) => ({
    message: `cannot keep a copy of /${path}: another program changed it meanwhile`,
    hint: 'run the command again when that program has ended',
  }),
  'not-confirmed': ({ name }) => ({
    message: `cannot destroy “${name}”: there is no terminal on which to ask for confirmation`,
    hint: 'use -F to destroy it without confirmation',
  }),
  'not-a-volume': ({ path, why, hint }) => ({ message: `${path} is not a volume: ${why}`, hint }),
  'one-shot-impossible': ({ why }) => ({
    message: `cannot boot an environment only once on this machine: ${why}`,
    hint: 'omit -t, or choose the environment in the boot menu',
  }),
  'text-invalid': ({ what }) => ({
    message: `cannot use ${what}: it must be one line of at most 200 characters, without control characters`,
    hint: 'shorten it, or put it on one line',
  }),
  'option-reserved': ({ word }) => ({
    message: `cannot set “${word}”: be-hook manages it, because each environment must boot its own root`,
    hint: 'omit root=, rootflags=subvol=, BOOT_IMAGE= and initrd=',
  }),
  leftover: ({ path }) => ({
    message: `/${path} belongs to an interrupted run, or to an export or import in progress`,
    hint: 'wait for the export or import; the next be-hook create or be-hook destroy deletes it, unless it is in use or the default subvolume',
  }),
  'no-such-subvolume': ({ path }) => ({
    message: `cannot find the subvolume “${path}”`,
    hint: 'name it by its path from the top of the file system, as btrfs subvolume list prints it',
  }),
  'already-adopted': ({ path, name }) => ({
    message: `cannot adopt “${path}”: it is already the boot environment “${name}”`,
    hint: `change its name with: be-hook rename ${name} NEW-NAME`,
  }),
  'not-a-root': ({ path }) => ({
    message: `cannot adopt “${path}”: it is not the root of a system (it has no os-release)`,
    hint: 'adopt the subvolume that the system mounts on /',
  }),
  'subvolume-read-only': ({ path }) => ({
    message: `cannot use “${path}” as a system: the subvolume is read-only`,
    hint: 'make a writable copy of it with: btrfs subvolume snapshot',
  }),
  'subvolume-name': ({ path }) => ({
    message: `cannot adopt “${path}”: a boot menu cannot hold some characters of this path`,
    hint: 'rename the subvolume; do not use control characters',
  }),
  'subvolume-unsafe': ({ path, why }) => ({
    message: `cannot offer “${path}” for booting: ${why}`,
    hint: 'give the subvolume and every directory above it to root alone (chown, chmod)',
  }),
  'no-environments': () => ({
    message: 'this file system has no boot environment',
    hint: 'adopt a root subvolume with: be-hook adopt SUBVOLUME',
  }),
  'no-previous': ({ name }) => ({
    message: `cannot roll back from “${name}”: neither its origin nor an older boot environment can boot`,
    hint: 'choose another one: be-hook list, then be-hook activate NAME',
  }),
  'nothing-bootable': ({ names }) => ({
    message: `cannot make a menu: no boot environment has a bootable kernel (${names.join(', ')}); the menu is unchanged`,
    hint: 'find the cause with: be-hook list',
  }),
  'cannot-boot': ({ name, why, hint }) => ({ message: `cannot boot “${name}”: ${why}`, hint }),
  'active-not-bootable': ({ name }) => ({
    message: `cannot boot “${name}”: it has no complete kernel (image, initramfs and modules); the menu is unchanged`,
    hint: 'find the cause with: be-hook list',
  }),
  'layout-unsupported': ({ name, layout }) => ({
    message: `cannot serve this machine: ${layouts[layout.kind].what(name)}${layout.kind === 'boot-in-root' ? '' : ` (${layout.found})`}`,
    hint: layouts[layout.kind].hint,
  }),
  'kernel-fault': ({ name, path, fault }) => ({
    message: `“${name}”: /${path} ${faults[fault].what}; the menu omits it`,
    hint: faults[fault].hint,
  }),
  'no-kernels': ({ name }) => ({
    message: `“${name}” has no kernel in /boot or /usr/lib/modules; the menu omits it`,
    hint: 'install a kernel in it',
  }),
  'file-malformed': ({ path, line, why, hint }) => ({
    message: `/${path}${line === undefined ? '' : `, line ${line}`}: ${why}`,
    hint,
  }),
  'file-unreadable': ({ path, why }) => ({
    message: `cannot read /${path}: ${why}`,
    hint: 'replace it with a readable file',
  }),
  'option-mangled': ({ name, word }) => ({
    message: `“${name}”: GRUB adds a backslash before some characters of the kernel option “${word}”`,
    hint: 'avoid quotes and backslashes in kernel options',
  }),
  'mark-stale': ({ path, name }) => ({
    message: `“${path}” is a copy of “${name}” that be-hook did not make; the menu omits it`,
    hint: `make it a separate boot environment with: be-hook adopt ${path}`,
  }),
  'mark-newer': ({ name, features }) => ({
    message: `cannot change “${name}”: a newer be-hook wrote its mark, which requires ${features.join(', ')}`,
    hint: 'update be-hook in the running system; until then the menu entries of the environment are unchanged',
  }),
  'mark-malformed': ({ path }) => ({
    message: `cannot read the mark of the boot environment in /${path}; its menu entries are unchanged`,
    hint: `write the mark again with: be-hook adopt ${path === '' ? '/' : path}`,
  }),
  'setting-ignored': ({ path, line, why, used }) => ({
    message: `/${path}${line === undefined ? '' : `, line ${line}`}: ${why}; using ${used}`,
    hint: 'correct the file; see be-hook.conf(5)',
  }),
  'mark-fields': ({ path, fields }) => ({
    message: `ignoring unknown values in the mark of /${path}: ${fields.join(', ')}`,
    hint: 'update be-hook in the running system',
  }),
  'listing-ambiguous': ({ paths }) => ({
    message: `cannot identify subvolumes, because a name has a line break or a path is too long: ${printSome(paths)}`,
    hint: 'rename the subvolumes whose names have line breaks, and delete directories that are too deep with rm -rf',
  }),
  'part-failed': ({ part, cause }) => describePart(part, describeProblem(cause)),
  'tool-missing': ({ tool, package: name }) => ({
    message: `cannot find the program ${tool}`,
    hint: `install ${name}`,
  }),
  'tool-failed': ({ tool, how, output }) => ({
    message: `${tool} ${how}${output === '' ? '' : `: ${output}`}`,
    hint: 'run the program by hand to see more',
  }),
  'distribution-menu-kept': ({ path, why }) => ({
    message: `cannot regenerate the distribution's menu /${path}: ${why}`,
    hint: 'run grub2-mkconfig (or grub-mkconfig) by hand to find the cause; the menu of be-hook is not affected',
  }),
  locked: ({ seconds }) => ({
    message: `cannot get the lock: another be-hook process has held it for ${seconds} s`,
    hint: 'try again when it has finished',
  }),
  internal: ({ text }) => ({ message: `internal error: ${text}`, hint: 'please report this as a bug' }),
};

function printSome(paths: readonly string[]): string {
  const rest = paths.length - 5;
  return paths.slice(0, 5).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
