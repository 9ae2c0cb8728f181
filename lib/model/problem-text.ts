import { describePart } from './part-text.ts';
import type { Problem, ProblemCode } from './problem.ts';
import { menuWords } from './problem-text-menu.ts';
import { packageWords } from './problem-text-packages.ts';
import { placeWords } from './problem-text-places.ts';
import { setupWords } from './problem-text-setup.ts';
import { streamWords } from './problem-text-streams.ts';
import type { ProblemText, Words } from './problem-text-type.ts';
import { writingWords } from './problem-text-writing.ts';
import { faults, layouts, obstacles } from './problem-words.ts';
import { visible } from './visible.ts';

/** The words for one problem. Names and texts from outside come out without control characters. */
export function describeProblem(problem: Problem): ProblemText {
  const write = words[problem.code] as (args: Problem) => ProblemText;
  const { message, hint } = write(problem);
  return { message: visible(message), hint: visible(hint) };
}

const remedies = {
  argument: 'choose another name',
  'name-option': 'choose another name with --name',
  rename: 'give one of them another name: be-hook rename NAME NEW-NAME',
} as const;

const words: Words<ProblemCode> = {
  ...menuWords,
  ...packageWords,
  ...streamWords,
  ...setupWords,
  ...writingWords,
  ...placeWords,
  usage: ({ text, hint = 'see: be-hook help' }) => ({ message: text, hint }),
  'name-invalid': ({ name }) => ({
    message: `“${name}” cannot name a boot environment`,
    hint: 'use letters, digits and . _ : + - , a letter or digit first, at most 64 characters, not ending in + and a number',
  }),
  'name-taken': ({ name, path, remedy }) => ({
    message: `cannot use the name “${name}”: the boot environment in /${path} has it, or one that a boot menu cannot tell from it`,
    hint: remedies[remedy ?? 'argument'],
  }),
  'no-such-environment': ({ name, known }) => ({
    message: `there is no boot environment “${name}”`,
    hint: known.length === 0 ? 'there is none yet; see: be-hook adopt' : `there is: ${known.join(', ')}`,
  }),
  'not-root': () => ({ message: 'only root may look into boot environments', hint: 'run it as root' }),
  'environment-in-use': ({ name, how, detail }) => ({
    message: obstacles[how].what(name, detail),
    hint: obstacles[how].hint(name, detail),
  }),
  'environment-mounted': ({ name, where }) => ({
    message: `“${name}” is mounted on ${where}`,
    hint: `unmount it first: be-hook umount ${name}`,
  }),
  'already-mounted': ({ name, where }) => ({
    message: `“${name}” is mounted already, on ${where}`,
    hint: 'use it there, or unmount it first',
  }),
  'not-mounted': ({ name }) => ({ message: `“${name}” is not mounted`, hint: 'see: be-hook list' }),
  'mountpoint-unfit': ({ path, why }) => ({
    message: `nothing can be mounted on ${path}: ${why}`,
    hint: 'give an absolute path of an empty directory, or none at all',
  }),
  'inside-environment': ({ name }) => ({
    message: `this is “${name}” inside of be-hook exec, from where nobody sees what the machine runs and mounts`,
    hint: 'run be-hook outside; when the command has ended it brings the menu in step by itself',
  }),
  'mount-left-out': ({ name, path, why }) => ({
    message: `nothing is mounted on ${path} of “${name}”: ${why}`,
    hint: 'make it a directory of the environment',
  }),
  'mount-busy': ({ path, gone }) => ({
    message: `${path} is in use and stays mounted${gone.length === 0 ? '' : `; already unmounted: ${gone.join(', ')}`}`,
    hint: 'leave it and end what runs there (fuser -m tells what), or detach it with: be-hook umount -f',
  }),
  'no-such-snapshot': ({ name, known }) => ({
    message: `there is no snapshot “${name}”`,
    hint: known.length === 0 ? 'make one with: be-hook snapshot' : `there is: ${known.join(', ')}`,
  }),
  'snapshot-taken': ({ name }) => ({
    message: `there is a snapshot “${name}” already`,
    hint: 'choose another name, or leave it out: one is made of the time',
  }),
  'swap-file': ({ name, path }) => ({
    message: `“${name}” cannot be copied while the system swaps to ${path} in it`,
    hint: `move the swap file to a subvolume of its own that is not cloned, or: swapoff ${path}`,
  }),
  'space-short': ({ needed, free }) => ({
    message: `this needs ${mebibytes(needed)} on the file system, and ${mebibytes(free)} are left; nothing was changed`,
    hint: 'free some space, for instance by destroying old boot environments',
  }),
  'not-confirmed': ({ name }) => ({
    message: `“${name}” is not destroyed without a question, and nobody is at a terminal to answer it`,
    hint: 'say -F to destroy without a question',
  }),
  'not-a-volume': ({ path, why, hint }) => ({ message: `${path} is no volume: ${why}`, hint }),
  'one-shot-impossible': ({ why }) => ({
    message: `this machine cannot boot an environment just once: ${why}`,
    hint: 'activate it without -t, or choose it in the boot menu',
  }),
  'text-invalid': ({ what }) => ({
    message: `${what} must be one line of at most 200 characters, without control characters`,
    hint: 'shorten it, or put it on one line',
  }),
  'option-reserved': ({ word }) => ({
    message: `“${word}” is not yours to set: be-hook makes it, so that each environment boots its own root`,
    hint: 'leave out root=, rootflags=subvol=, BOOT_IMAGE= and initrd=',
  }),
  leftover: ({ path }) => ({
    message: `/${path} is what an interrupted be-hook left behind, or one that is sending or receiving works on`,
    hint: 'be-hook create and be-hook destroy delete it, unless something uses it or it is the default subvolume of the file system',
  }),
  'no-such-subvolume': ({ path }) => ({
    message: `there is no subvolume “${path}”`,
    hint: 'give its path from the top of the file system, as btrfs subvolume list prints it',
  }),
  'already-adopted': ({ path, name }) => ({
    message: `“${path}” is the boot environment “${name}” already`,
    hint: `to give it another name: be-hook rename ${name} NEW-NAME`,
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
  'no-previous': ({ name }) => ({
    message: `there is no boot environment to go back to from “${name}”: none that it came from, or that is older, can be booted`,
    hint: 'choose one yourself: be-hook list, then be-hook activate NAME',
  }),
  'nothing-bootable': ({ names }) => ({
    message: `no boot environment has a kernel that can be booted (${names.join(', ')}); the menu stays as it is`,
    hint: 'see what is wrong with: be-hook list',
  }),
  'cannot-boot': ({ name, why, hint }) => ({ message: `cannot boot “${name}”: ${why}`, hint }),
  'active-not-bootable': ({ name }) => ({
    message: `cannot boot “${name}” by default: it has no kernel with its image, initramfs and modules; the menu stays as it is`,
    hint: 'see what is wrong with: be-hook list',
  }),
  'layout-unsupported': ({ name, layout }) => ({
    message: `cannot serve this machine: ${layouts[layout.kind].what(name)}${layout.kind === 'boot-in-root' ? '' : ` (${layout.found})`}`,
    hint: layouts[layout.kind].hint,
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
  'mark-stale': ({ path, name }) => ({
    message: `“${path}” carries the mark of “${name}” but is a copy of it; it is not offered`,
    hint: 'make it a boot environment of its own with: be-hook adopt',
  }),
  'mark-newer': ({ name, features }) => ({
    message: `cannot change “${name}”: a newer be-hook marked it, and it requires ${features.join(', ')}`,
    hint: 'update be-hook in the system that runs; until then its menu entries stay as they are',
  }),
  'mark-malformed': ({ path }) => ({
    message: `cannot read the mark of the boot environment in /${path}; its menu entries stay as they are`,
    hint: `write the mark again with: be-hook adopt ${path === '' ? '/' : path}`,
  }),
  'setting-ignored': ({ path, line, why, used }) => ({
    message: `/${path}${line === undefined ? '' : `, line ${line}`}: ${why}; using ${used}`,
    hint: 'correct the file; see be-hook.conf(5)',
  }),
  'mark-fields': ({ path, fields }) => ({
    message: `the mark on /${path} has a value that this be-hook does not know, which it ignores: ${fields.join(', ')}`,
    hint: 'update be-hook in the system that runs',
  }),
  'listing-ambiguous': ({ paths }) => ({
    message: `the list of subvolumes is ambiguous, because of a line break in a name or a path that is too long: ${printSome(paths)}`,
    hint: 'rename or remove the subvolumes with line breaks in their names, and directories that are too deep, with rm -rf',
  }),
  'part-failed': ({ part, cause }) => describePart(part, describeProblem(cause)),
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

function printSome(paths: readonly string[]): string {
  const rest = paths.length - 5;
  return paths.slice(0, 5).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1048576)} MiB`;
}
