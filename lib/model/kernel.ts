import type { Place } from './place.ts';
import { compareText, compareVersions } from './version-order.ts';

/** A kernel that one boot environment can boot. */
export interface Kernel {
  /** The output of `uname -r`, for instance `6.17.1-300.fc44.x86_64`. */
  readonly release: string;
  readonly image: Place;
  /** Loaded in this order: microcode first. */
  readonly initrds: readonly Place[];
  /** The arguments of the kernel's command line, without quotes (see formats/kernel-command-line). */
  readonly options: readonly string[];
  /** A rescue kernel (dracut's `0-rescue-…`) is offered after all others. */
  readonly rescue: boolean;
}

/** Why a kernel that lies on disk cannot be offered. */
export type KernelFault =
  | 'empty'
  | 'dangling'
  | 'placeholder'
  | 'not-a-file'
  | 'sparse'
  | 'preallocated'
  | 'lost'
  | 'no-initrd'
  | 'no-modules'
  | 'name';

/** True for names such as `0-rescue-<machine id>` that dracut gives its rescue kernel. */
export function isRescue(release: string): boolean {
  return /^0-rescue\b/.test(release) || /(^|[-+.])rescue([-+.]|$)/.test(release);
}

/**
 * Whether a kernel has debugging code, by the suffixes that distributions use: `+debug` and `+rt-debug` (Fedora and
 * RHEL, kernel.spec), `-debug` (openSUSE), `~debug` and `.debug`. Such kernels are slow, and Fedora's 20-grub.install
 * makes one the default only if DEFAULTDEBUG requests it.
 */
export function isDebug(release: string): boolean {
  return /[+~.-]debug$/.test(release);
}

/** Whether a kernel release is safe in a menu id and in a message. */
export function isSafeRelease(release: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._+~^:@=-]*$/.test(release) && release.length <= 128;
}

/**
 * The order of a menu: newest first by rpm's version order. Of equal versions a plain kernel comes before its variants
 * (`+debug`, `+rt`: Fedora's kernel.spec). Rescue kernels come last.
 */
export function compareKernels(a: Pick<Kernel, 'release'>, b: Pick<Kernel, 'release'>): number {
  const [keyA, keyB] = [sortKey(a.release), sortKey(b.release)];
  if (keyA.rescue !== keyB.rescue) return keyA.rescue ? 1 : -1;
  return (
    compareVersions(keyB.version, keyA.version) ||
    compareVersions(keyB.build, keyA.build) ||
    keyA.variant.length - keyB.variant.length ||
    compareText(keyA.variant, keyB.variant) ||
    compareText(a.release, b.release)
  );
}

/**
 * The variants that Fedora's and RHEL's kernel.spec build beside the plain kernel. Anything else after `+` is a part of
 * the version.
 */
const variants = /\+(?:(?:16k|64k|rt|realtime|automotive|zfcpdump)(?:-debug)?|debug)$/;

function sortKey(release: string): { version: string; build: string; variant: string; rescue: boolean } {
  const variant = variants.exec(release)?.[0] ?? '';
  const plain = release.slice(0, release.length - variant.length);
  const dash = plain.indexOf('-');
  return {
    version: dash < 0 ? plain : plain.slice(0, dash),
    build: dash < 0 ? '' : plain.slice(dash + 1),
    variant,
    rescue: isRescue(release),
  };
}
