import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { problemLine, problemLines } from '../../../lib/cli/output/problem.ts';
import { exitCodes } from '../../../lib/model/exit-codes.ts';
import { isProblem, type Problem, type ProblemCode } from '../../../lib/model/problem.ts';
import { describeProblem } from '../../../lib/model/problem-text.ts';
import { hasUnprintable, visible } from '../../../lib/model/visible.ts';

const evil = 'x\n\r\t\u0000\u001b[31m\u009b1m\u202e\u2028y';

/** Each problem once, with hostile values in every field. */
const samples: { readonly [K in ProblemCode]: Extract<Problem, { code: K }> } = {
  usage: { code: 'usage', text: evil },
  'name-invalid': { code: 'name-invalid', name: evil },
  'name-taken': { code: 'name-taken', name: evil, path: evil },
  'no-such-environment': { code: 'no-such-environment', name: evil, known: [evil] },
  'not-root': { code: 'not-root' },
  'environment-in-use': { code: 'environment-in-use', name: evil, how: 'process', detail: evil },
  'environment-mounted': { code: 'environment-mounted', name: evil, where: evil },
  'already-mounted': { code: 'already-mounted', name: evil, where: evil },
  'not-mounted': { code: 'not-mounted', name: evil },
  'mountpoint-unfit': { code: 'mountpoint-unfit', path: evil, why: evil },
  'inside-environment': { code: 'inside-environment', name: evil },
  'packages-unknown': { code: 'packages-unknown', name: evil, why: evil },
  'mount-left-out': { code: 'mount-left-out', name: evil, path: evil, why: evil },
  'mount-busy': { code: 'mount-busy', path: evil, gone: [evil] },
  'no-such-snapshot': { code: 'no-such-snapshot', name: evil, known: [evil] },
  'snapshot-taken': { code: 'snapshot-taken', name: evil },
  'swap-file': { code: 'swap-file', name: evil, path: evil },
  'boot-space-short': { code: 'boot-space-short', needed: 2 ** 27, free: 2 ** 20 },
  'record-too-large': { code: 'record-too-large', path: evil, bytes: 20_000, limit: 16_205 },
  'record-unreadable': { code: 'record-unreadable', path: evil },
  'space-short': { code: 'space-short', needed: 1 << 24, free: 5 },
  'not-confirmed': { code: 'not-confirmed', name: evil },
  'setup-unconfirmed': { code: 'setup-unconfirmed' },
  'initrd-left-out': { code: 'initrd-left-out', name: evil, initrd: evil, path: evil },
  'saved-entry-foreign': { code: 'saved-entry-foreign', path: evil, value: evil, boots: evil },
  'hand-over-missing': { code: 'hand-over-missing', file: evil },
  'default-foreign': { code: 'default-foreign', where: evil, value: evil, hint: 'run: be-hook sync' },
  'menu-left-alone': { code: 'menu-left-alone', name: evil, path: evil },
  'not-a-volume': { code: 'not-a-volume', path: evil, why: evil, hint: evil },
  'one-shot-impossible': { code: 'one-shot-impossible', why: evil },
  'text-invalid': { code: 'text-invalid', what: 'it' },
  'option-reserved': { code: 'option-reserved', word: evil },
  'upgrade-failed': { code: 'upgrade-failed', name: evil, why: evil },
  'download-failed': { code: 'download-failed', name: evil, status: 1, output: evil },
  'no-package-manager': { code: 'no-package-manager', name: evil, wanted: evil },
  'package-database-shared': { code: 'package-database-shared', name: evil, path: evil, mountpoint: evil },
  'report-newer': { code: 'report-newer', name: evil, path: evil, features: [evil] },
  'report-damaged': { code: 'report-damaged', name: evil, path: evil },
  'no-report': { code: 'no-report', name: evil },
  'first-boot-due': { code: 'first-boot-due', name: evil, mountpoints: [evil] },
  'first-boot-impossible': { code: 'first-boot-impossible', name: evil, mountpoints: [evil] },
  'first-boot-failed': { code: 'first-boot-failed', name: evil, why: evil, previous: evil },
  'upgrade-unfinished': { code: 'upgrade-unfinished', name: evil, state: 'failed' },
  'upgrade-at-work': { code: 'upgrade-at-work' },
  'stale-copy': { code: 'stale-copy', name: evil, source: evil, count: 3 },
  'base-unknown': { code: 'base-unknown', name: evil },
  'kernel-changed': { code: 'kernel-changed', path: evil },
  'source-changed': { code: 'source-changed', path: evil },
  'subvolume-left-out': { code: 'subvolume-left-out', path: evil },
  leftover: { code: 'leftover', path: evil },
  'no-such-subvolume': { code: 'no-such-subvolume', path: evil },
  'already-adopted': { code: 'already-adopted', path: evil, name: evil },
  'not-a-root': { code: 'not-a-root', path: evil },
  'subvolume-read-only': { code: 'subvolume-read-only', path: evil },
  'subvolume-unsafe': { code: 'subvolume-unsafe', path: evil, why: evil },
  'subvolume-name': { code: 'subvolume-name', path: '@x' },
  'no-environments': { code: 'no-environments' },
  'packages-refused': { code: 'packages-refused' },
  'no-previous': { code: 'no-previous', name: 'be1' },
  'nothing-bootable': { code: 'nothing-bootable', names: [evil] },
  'cannot-boot': { code: 'cannot-boot', name: 'a', why: 'it has no init', hint: 'install one' },
  'active-not-bootable': { code: 'active-not-bootable', name: evil },
  'layout-unsupported': { code: 'layout-unsupported', name: evil, layout: { kind: 'separate-boot', found: evil } },
  'boot-volume-unfit': { code: 'boot-volume-unfit', path: evil, why: evil, hint: evil },
  'kernel-fault': { code: 'kernel-fault', name: evil, path: evil, fault: 'empty' },
  'no-kernels': { code: 'no-kernels', name: evil },
  'file-malformed': { code: 'file-malformed', path: evil, line: 3, why: evil, hint: evil },
  'file-unreadable': { code: 'file-unreadable', path: evil, why: evil },
  'option-mangled': { code: 'option-mangled', name: evil, word: evil },
  'variable-unknown': { code: 'variable-unknown', name: evil, variable: evil, path: evil },
  'menu-trimmed': { code: 'menu-trimmed', shown: 1, total: 2 },
  'menu-home-unknown': { code: 'menu-home-unknown', path: evil, menuDirectory: evil },
  'mark-stale': { code: 'mark-stale', path: evil, name: evil },
  'mark-malformed': { code: 'mark-malformed', path: evil },
  'mark-newer': { code: 'mark-newer', path: evil, name: evil, features: [evil] },
  'setting-ignored': { code: 'setting-ignored', path: evil, line: 3, why: evil, used: evil },
  'mark-fields': { code: 'mark-fields', path: evil, fields: [evil] },
  'listing-ambiguous': { code: 'listing-ambiguous', paths: [evil] },
  'not-btrfs': { code: 'not-btrfs', where: evil, found: evil },
  'devices-missing': { code: 'devices-missing', where: evil, missing: [2], total: 3 },
  'no-such-place': { code: 'no-such-place', where: evil },
  'boot-unusable': { code: 'boot-unusable', where: evil, why: evil },
  'no-space': { code: 'no-space', path: evil },
  'part-failed': {
    code: 'part-failed',
    part: { of: 'environment', name: evil },
    cause: { code: 'no-space', path: evil },
  },
  'write-refused': { code: 'write-refused', path: '@x', why: 'EPERM' },
  'filesystem-read-only': { code: 'filesystem-read-only', path: evil },
  'tool-missing': { code: 'tool-missing', tool: evil, package: evil },
  'tool-failed': { code: 'tool-failed', tool: evil, how: evil, output: evil },
  'distribution-menu-kept': { code: 'distribution-menu-kept', path: evil, why: evil },
  locked: { code: 'locked', seconds: 30 },
  'stream-unfit': { code: 'stream-unfit', why: evil },
  'stream-broken': { code: 'stream-broken', how: evil },
  'volume-missing': { code: 'volume-missing', name: evil, mountpoint: evil, path: evil },
  internal: { code: 'internal', text: evil },
};

const test = suite('problems');

for (const problem of Object.values(samples)) {
  test(`${problem.code} has a printable one-line message and hint`, () => {
    const { message, hint } = describeProblem(problem);

    for (const text of [message, hint, problemLine(problem, 'error')]) {
      assert.ok(text.trim().length > 3, text);
      assert.not.match(text, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      assert.not.match(text, /undefined|\[object|NaN/);
    }
  });
}

test('have an exit status from 1 to 125, except 77', () => {
  for (const [code, status] of Object.entries(exitCodes)) {
    assert.ok(Number.isInteger(status) && status >= 1 && status <= 125, code);
    assert.is.not(status, 77, code);
  }
});

test('have a separate message for every layout and every kernel fault', () => {
  const kinds = ['boot-subvolume', 'separate-boot', 'boot-placeholder', 'unknown'] as const;
  const layouts = kinds.map((kind) =>
    describeProblem({ code: 'layout-unsupported', name: 'a', layout: { kind, found: 'it' } }),
  );
  const faults = (['empty', 'dangling', 'placeholder', 'not-a-file', 'sparse', 'preallocated', 'no-initrd'] as const)
    .concat(['no-modules', 'name'] as never)
    .map((fault) => describeProblem({ code: 'kernel-fault', name: 'a', path: 'b', fault }));

  for (const texts of [layouts, faults]) assert.is(new Set(texts.map(({ message }) => message)).size, texts.length);
});

test('are distinguished from results', () => {
  assert.ok(isProblem({ code: 'no-environments' }));
  for (const answer of [undefined, null, 'usage', {}, { code: 'no such code' }, { steps: [] }])
    assert.not(isProblem(answer));
});

test('are printed once if they are the same', () => {
  const line = problemLine({ code: 'not-root' }, 'warning');

  assert.equal(problemLines([{ code: 'not-root' }, { code: 'not-root' }], 'warning'), [line]);
});

test.run();

const visibility = suite('visible');

visibility('replaces control characters and characters that change the text direction', () => {
  for (let code = 0; code <= 0xffff; code += 1) {
    const char = String.fromCharCode(code);
    if (!/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(char)) continue;
    assert.is(visible(`a${char}b`), 'a?b', code.toString(16));
    assert.ok(hasUnprintable(char), code.toString(16));
  }
});

visibility('does not change other text', () => {
  for (const text of ['', 'Fedora Linux 44 (Workstation)', 'Grüße, 日本語 🐧', '“quoted” …']) {
    assert.is(visible(text), text);
    assert.not(hasUnprintable(text));
  }
});

visibility.run();
