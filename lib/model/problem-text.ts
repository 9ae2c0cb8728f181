import type { KernelFault } from './kernel.ts';
import type { Problem, ProblemArgs, ProblemCode } from './problem.ts';
import { visible } from './visible.ts';

/** What went wrong and where, and what to do next. */
export interface ProblemText {
  readonly message: string;
  readonly hint: string;
}

/** The words for one problem. Names and texts from outside come out without control characters. */
export function describeProblem(problem: Problem): ProblemText {
  const write = words[problem.code] as (args: Problem) => ProblemText;
  const { message, hint } = write(problem);
  return { message: visible(message), hint: visible(hint) };
}

const faults: Record<KernelFault, { what: string; hint: string }> = {
  empty: { what: 'is empty', hint: 'reinstall the kernel package' },
  dangling: {
    what: 'is a symbolic link to a file that does not exist',
    hint: 'reinstall the kernel package, or remove the link',
  },
  placeholder: {
    what: 'lies below an empty placeholder of another subvolume; GRUB would follow it to the system it was cloned from',
    hint: 'replace the placeholder with a directory and reinstall the kernel',
  },
  'not-a-file': { what: 'is not a regular file', hint: 'move it out of the way' },
  sparse: {
    what: 'has holes, which GRUB cannot read on btrfs',
    hint: 'rewrite it with: cp --sparse=never --reflink=never',
  },
  preallocated: {
    what: 'has preallocated space, which GRUB cannot read on btrfs',
    hint: 'rewrite it with: cp --sparse=never --reflink=never',
  },
  'no-initrd': {
    what: 'has no initramfs beside it',
    hint: 'build one, for instance with dracut, then run: be-hook sync',
  },
  'no-modules': {
    what: 'has no modules in /usr/lib/modules',
    hint: 'reinstall the kernel package, or remove the image',
  },
  name: { what: 'has a name that a boot menu cannot hold', hint: 'rename or remove the file' },
};

const layouts = {
  'boot-in-root': 'in the root subvolume',
  'boot-subvolume': 'a btrfs subvolume of its own',
  'separate-boot': 'a file system of its own',
  'boot-placeholder': 'an empty placeholder of another subvolume',
  unknown: 'not understood',
} as const;

const words: { readonly [K in ProblemCode]: (args: ProblemArgs[K]) => ProblemText } = {
  usage: ({ text }) => ({ message: text, hint: 'see: be-hook help' }),
  'name-invalid': ({ name }) => ({
    message: `“${name}” cannot name a boot environment`,
    hint: 'use letters, digits and . _ + - , a letter or digit first, at most 64 characters, not ending in + and a number',
  }),
  'name-taken': ({ name, path }) => ({
    message: `the name “${name}” is taken, or too like one that is, by the boot environment in /${path}`,
    hint: 'choose another with --name',
  }),
  'no-such-environment': ({ name, known }) => ({
    message: `there is no boot environment “${name}”`,
    hint: known.length === 0 ? 'there is none yet; see: be-hook adopt' : `there is: ${known.join(', ')}`,
  }),
  'not-root': () => ({ message: 'only root may look into boot environments', hint: 'run it as root' }),
  'environment-in-use': ({ name, how }) => ({
    message:
      how === 'running' ? `“${name}” is the running system` : `“${name}” is the boot environment that boots by default`,
    hint: 'it stays a boot environment',
  }),
  'no-such-subvolume': ({ path }) => ({
    message: `there is no subvolume “${path}”`,
    hint: 'give its path from the top of the file system, as btrfs subvolume list prints it',
  }),
  'already-adopted': ({ path, name }) => ({
    message: `“${path}” is the boot environment “${name}” already`,
    hint: `to give it another name: be-hook forget ${name}, then adopt it again`,
  }),
  'not-a-root': ({ path }) => ({
    message: `“${path}” does not look like the root of a system: it has no os-release`,
    hint: 'adopt the subvolume that is mounted as / when the system runs',
  }),
  'subvolume-read-only': ({ path }) => ({
    message: `“${path}” is read-only, so it cannot run as a system`,
    hint: `make a writable copy of it: btrfs subvolume snapshot`,
  }),
  'subvolume-name': ({ path }) => ({
    message: `the path “${path}” has characters that a boot menu cannot hold`,
    hint: 'rename the subvolume; it must have no control characters',
  }),
  'subvolume-unsafe': ({ path, why }) => ({
    message: `“${path}” is not offered for booting: ${why}`,
    hint: 'a boot environment must belong to root, and so must every directory above it',
  }),
  'no-environments': () => ({
    message: 'there is no boot environment on this file system',
    hint: 'make one of a root subvolume with: be-hook adopt SUBVOLUME',
  }),
  'nothing-bootable': ({ names }) => ({
    message: `no boot environment has a kernel that can be booted (${names.join(', ')}); the menu stays as it is`,
    hint: 'see what is wrong with: be-hook list',
  }),
  'active-not-bootable': ({ name }) => ({
    message: `“${name}” boots by default but has no kernel that can be booted; the menu stays as it is`,
    hint: 'see what is wrong with: be-hook list',
  }),
  'layout-unsupported': ({ name, layout }) => ({
    message: `the /boot of “${name}” is ${layouts[layout.kind]}${layout.kind === 'boot-in-root' ? '' : ` (${layout.found})`}`,
    hint: 'be-hook serves systems whose /boot is a directory of their btrfs root subvolume',
  }),
  'kernel-fault': ({ name, path, fault }) => ({
    message: `“${name}”: /${path} ${faults[fault].what}; it is not offered`,
    hint: faults[fault].hint,
  }),
  'no-kernels': ({ name }) => ({
    message: `“${name}” has no kernel in /boot or /usr/lib/modules; it is not offered`,
    hint: 'install a kernel in it',
  }),
  'file-malformed': ({ path, line, why, hint }) => ({
    message: `/${path}${line === undefined ? '' : `, line ${line}`}: ${why}`,
    hint,
  }),
  'file-unreadable': ({ path, why }) => ({
    message: `/${path} cannot be read: ${why}`,
    hint: 'make it a readable file',
  }),
  'option-mangled': ({ name, word }) => ({
    message: `“${name}”: GRUB puts a backslash before some characters of the kernel option “${word}”`,
    hint: 'avoid quotes and backslashes inside of a kernel option',
  }),
  'menu-trimmed': ({ shown, total }) => ({
    message: `the menu shows ${shown} of ${total} entries`,
    hint: 'raise max-entries in /etc/be-hook/be-hook.conf, or remove old kernels',
  }),
  'menu-home-unknown': ({ path, home }) => ({
    message: `/${path} leads GRUB to /${home}, which is no menu home of any boot environment`,
    hint: 'the menu is not shown until it leads to one; adopt the subvolume there, or install GRUB anew',
  }),
  'mark-stale': ({ path, name }) => ({
    message: `“${path}” carries the mark of “${name}” but is a copy of it; it is not offered`,
    hint: 'make it a boot environment of its own with: be-hook adopt',
  }),
  'mark-newer': ({ path }) => ({
    message: `“${path}” was made a boot environment by a newer be-hook, whose marks this one does not know`,
    hint: 'update be-hook in the system that runs; until then nothing is changed',
  }),
  'mark-malformed': ({ path }) => ({
    message: `the mark on “${path}” is not one that this version of be-hook wrote; it is not offered`,
    hint: 'update be-hook, or adopt the subvolume again',
  }),
  'listing-ambiguous': ({ paths }) => ({
    message: `the list of subvolumes is ambiguous, probably for a line break in a name: ${paths.join(', ')}`,
    hint: 'rename or remove the subvolumes with line breaks in their names',
  }),
  'not-btrfs': ({ where, found }) => ({
    message: found === undefined ? `${where} is not a btrfs` : `${where} is ${found}, not btrfs`,
    hint: 'boot environments need a btrfs root; for one that is not running use --filesystem',
  }),
  'no-such-place': ({ where }) => ({
    message: `there is no ${where}`,
    hint: 'give a directory, a device or an image of a btrfs',
  }),
  'no-space': ({ path }) => ({
    message: `no space left to write /${path}; nothing was changed`,
    hint: 'free some space (btrfs filesystem usage tells where it is), then run: be-hook sync',
  }),
  'filesystem-read-only': ({ path }) => ({
    message: `/${path} cannot be written: the file system is read-only; nothing was changed`,
    hint: 'mount it writable, then run: be-hook sync',
  }),
  'write-refused': ({ path, why }) => ({
    message: `/${path} cannot be written (${why})`,
    hint: 'see whether it is immutable (lsattr) or a directory, then run: be-hook sync',
  }),
  'tool-missing': ({ tool, package: name }) => ({ message: `the program ${tool} is missing`, hint: `install ${name}` }),
  'tool-failed': ({ tool, how, output }) => ({
    message: `${tool} ${how}${output === '' ? '' : `: ${output}`}`,
    hint: 'run it by hand to see more',
  }),
  'distribution-menu-kept': ({ path, why }) => ({
    message: `the distribution's menu /${path} was left as it is: ${why}`,
    hint: 'our menu is not affected; run grub2-mkconfig (or grub-mkconfig) by hand to see why',
  }),
  locked: ({ seconds }) => ({
    message: `another be-hook is at work; waited ${seconds} s for it`,
    hint: 'try again when it is done',
  }),
  internal: ({ text }) => ({ message: `unexpected: ${text}`, hint: 'please report this' }),
};
