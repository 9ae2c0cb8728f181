import type { BootLayout } from './boot-layout.ts';
import type { BootShortage } from './boot-shortage.ts';
import { exitCodes } from './exit-codes.ts';
import type { KernelFault } from './kernel.ts';
import type { Obstacle, ObstructedVerb } from './obstacle.ts';
import type { Part } from './part.ts';
import type { UpgradeState } from './upgrade-state.ts';

/** A reason, and what to do. */
type Advice = Readonly<Record<'why' | 'hint', string>>;

type FileLine = Readonly<{ path: string; line: number | undefined }>;

/** Every failure that a user can see: one key per situation, with the arguments of its message. */
export interface ProblemArgs {
  usage: { readonly text: string; readonly hint?: string };
  'name-invalid': { readonly name: string };
  'name-taken': {
    readonly name: string;
    readonly path: string;
    /** How the user can give it another name: by an option, or by renaming the present holder; else by its argument. */
    readonly remedy?: 'name-option' | 'rename';
  };
  'no-such-environment': { readonly name: string; readonly known: readonly string[] };
  'not-root': object;
  'environment-in-use': {
    readonly name: string;
    readonly how: Obstacle;
    readonly detail: string;
    /** Absent means `destroy`. */
    readonly verb?: ObstructedVerb;
  };
  'environment-mounted': { readonly name: string; readonly where: string };
  'already-mounted': { readonly name: string; readonly where: string };
  'not-mounted': { readonly name: string };
  'mountpoint-unfit': { readonly path: string; readonly why: string };
  'inside-environment': { readonly name: string };
  'packages-unknown': { readonly name: string; readonly why: string };
  'mount-left-out': { readonly name: string; readonly path: string; readonly why: string };
  'mount-busy': { readonly path: string; readonly gone: readonly string[] };
  'no-such-snapshot': { readonly name: string; readonly known: readonly string[] };
  'snapshot-taken': { readonly name: string };
  'swap-file': { readonly name: string; readonly path: string };
  'record-too-large': { readonly path: string; readonly bytes: number; readonly limit: number };
  'record-unreadable': { readonly path: string };
  'space-short': { readonly needed: number; readonly free: number };
  'boot-space-short': BootShortage;
  'not-confirmed': { readonly name: string };
  'not-a-volume': { readonly path: string; readonly why: string; readonly hint: string };
  'one-shot-impossible': { readonly why: string };
  'text-invalid': { readonly what: string };
  'option-reserved': { readonly word: string };
  'upgrade-failed': { readonly name: string; readonly why: string };
  'download-failed': { readonly name: string; readonly status: number; readonly output: string };
  'no-package-manager': { readonly name: string; readonly wanted: string };
  'package-database-shared': { readonly name: string; readonly path: string; readonly mountpoint: string };
  'no-report': { readonly name: string };
  'report-newer': { readonly name: string; readonly path: string; readonly features: readonly string[] };
  'report-damaged': { readonly name: string; readonly path: string };
  'upgrade-unfinished': { readonly name: string; readonly state: UpgradeState };
  'first-boot-due': { readonly name: string; readonly mountpoints: readonly string[] };
  'first-boot-impossible': { readonly name: string; readonly mountpoints: readonly string[] };
  'first-boot-failed': { readonly name: string; readonly why: string; readonly previous: string | undefined };
  'upgrade-at-work': object;
  'stale-copy': { readonly name: string; readonly source: string; readonly count: number };
  'base-unknown': { readonly name: string };
  'source-changed': { readonly path: string };
  'kernel-changed': { readonly path: string };
  'subvolume-left-out': { readonly path: string };
  leftover: { readonly path: string };
  'no-such-subvolume': { readonly path: string };
  'already-adopted': { readonly path: string; readonly name: string };
  'not-a-root': { readonly path: string };
  'subvolume-read-only': { readonly path: string };
  'subvolume-name': { readonly path: string };
  'subvolume-unsafe': { readonly path: string; readonly why: string };
  'no-environments': object;
  'no-previous': { readonly name: string };
  'packages-refused': object;
  'nothing-bootable': { readonly names: readonly string[] };
  'cannot-boot': { readonly name: string } & Advice;
  'active-not-bootable': { readonly name: string };
  'layout-unsupported': { readonly name: string; readonly layout: BootLayout };
  'boot-volume-unfit': { readonly path: string; readonly why: string; readonly hint: string };
  'kernel-fault': { readonly name: string; readonly path: string; readonly fault: KernelFault };
  'no-kernels': { readonly name: string };
  'file-malformed': FileLine & Advice;
  'file-unreadable': { readonly path: string; readonly why: string };
  'option-mangled': { readonly name: string; readonly word: string };
  'variable-unknown': { readonly name: string; readonly variable: string; readonly path: string };
  /** An initrd that a boot loader entry adds through GRUB's variable. */
  'initrd-left-out': { readonly name: string; readonly initrd: string; readonly path: string };
  'menu-trimmed': { readonly shown: number; readonly total: number };
  /** `path`: the grubenv with the value. `boots`: the title of the entry that be-hook's menu boots. */
  'saved-entry-foreign': { readonly path: string; readonly value: string; readonly boots: string };
  'menu-home-unknown': { readonly path: string; readonly menuDirectory: string };
  'hand-over-missing': { readonly file: string };
  /** A setting names another default than be-hook's. */
  'default-foreign': { readonly where: string; readonly value: string; readonly hint: string };
  'menu-left-alone': { readonly name: string; readonly path: string };
  'setup-unconfirmed': object;
  'mark-stale': { readonly path: string; readonly name: string };
  'mark-newer': { readonly path: string; readonly name: string; readonly features: readonly string[] };
  'mark-fields': { readonly path: string; readonly fields: readonly string[] };
  /** `used`: the value that be-hook uses instead. */
  'setting-ignored': FileLine & { readonly why: string; readonly used: string };
  'mark-malformed': { readonly path: string };
  'listing-ambiguous': { readonly paths: readonly string[] };
  'not-btrfs': { readonly where: string; readonly found: string | undefined };
  'no-such-place': { readonly where: string };
  /** `where` is the argument of --boot. */
  'boot-unusable': { readonly where: string; readonly why: string };
  /** `missing` has their ids. It is empty if the devices exist and the kernel does not know them. */
  'devices-missing': { readonly where: string; readonly missing: readonly number[]; readonly total: number };
  /** `unchanged`: the failed command changed nothing. `shortage`: on a separate /boot. `again`: the command to run, else sync. */
  'no-space': Readonly<{ path: string; unchanged?: true; shortage?: BootShortage; again?: string }>;
  'filesystem-read-only': Readonly<{ path: string; unchanged?: true; again?: string }>;
  /** A part of a plan that failed, and why. The rest of the plan did not fail. */
  'part-failed': { readonly part: Part; readonly cause: Problem };
  'write-refused': Readonly<{ path: string; why: string; again?: string }>;
  'tool-missing': { readonly tool: string; readonly package: string };
  'tool-failed': { readonly tool: string; readonly how: string; readonly output: string };
  'distribution-menu-kept': { readonly path: string; readonly why: string };
  'stream-unfit': { readonly why: string };
  'stream-broken': { readonly how: string };
  'volume-missing': { readonly name: string; readonly mountpoint: string; readonly path: string };
  locked: { readonly seconds: number };
  internal: { readonly text: string };
}

/** The situations, by name. */
export type ProblemCode = keyof ProblemArgs;

/** One failure, as data; problem-text has the messages. */
export type Problem = { readonly [K in ProblemCode]: { readonly code: K } & ProblemArgs[K] }[ProblemCode];

/** Carries a problem out of code that cannot return one. */
export class BeHookError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(problem.code, options);
    this.name = 'BeHookError';
    this.problem = problem;
  }
}

/** Each problem has an exit status. */
const codes: Readonly<Record<ProblemCode, number>> = exitCodes;

/** Distinguishes a problem from a result. */
export function isProblem(answer: unknown): answer is Problem {
  return (
    typeof answer === 'object' && answer !== null && 'code' in answer && (answer as { code: string }).code in codes
  );
}
