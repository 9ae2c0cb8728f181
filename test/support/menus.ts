import fc from 'fast-check';
import type { GrubMenu, MenuConsole } from '../../lib/bootloaders/grub/grub-menu.ts';
import type { BeName } from '../../lib/model/be-name.ts';
import { parseBeName } from '../../lib/model/be-name.ts';
import { isSafeRelease } from '../../lib/model/kernel.ts';
import type { Entry, Menu, MenuGroup, MenuSettings } from '../../lib/model/menu.ts';
import { onBoot, onRoot } from '../../lib/model/place.ts';
import { isProblem } from '../../lib/model/problem.ts';
import { hasUnprintable } from '../../lib/model/visible.ts';
import { filesystemUuid } from './builders.ts';

const hostile = [
  "'",
  '"',
  '\\',
  '$',
  '`',
  ';',
  '|',
  '&',
  '{',
  '}',
  '<',
  '>',
  '#',
  ' ',
  '(',
  ')',
  '*',
  '!',
  '~',
  '=',
  '-',
];
const pieces = [
  ...hostile,
  "'\\''",
  '${x}',
  '$(reboot)',
  '; halt',
  '--id',
  'menuentry',
  'a',
  '0',
  'ü',
  '日',
  '🐧',
  '%',
  '@',
];

/** A text without control characters, with many characters that are code for a shell or GRUB. */
export const hostileText: fc.Arbitrary<string> = fc
  .oneof(
    fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  )
  .filter((text) => !hasUnprintable(text) && !/[\r\n]/.test(text));

/** The same text with at least one character. */
export const hostileWord: fc.Arbitrary<string> = hostileText.filter((text) => text !== '');

/** Any valid name of a boot environment. */
export const anyBeName: fc.Arbitrary<BeName> = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:+-]{0,12}$/)
  .filter((text): text is BeName => !isProblem(parseBeName(text)));

/** Any safe kernel release. Some look like ids of be-hook. */
export const anyRelease: fc.Arbitrary<string> = fc
  .oneof(
    fc.stringMatching(/^[1-9]\.[0-9]{1,2}\.[0-9]-[0-9]{1,3}\.(fc44|mga9)\.x86_64(\+debug)?$/),
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+~^:@=-]{0,12}$/),
    fc.constantFrom('be-hook:a:b', 'be-hook:x', '0', 'linux'),
  )
  .filter(isSafeRelease);

const place = hostileWord.map(onRoot);

const settings: fc.Arbitrary<MenuSettings> = fc.record(
  {
    timeout: fc.integer({ min: -1, max: 9999 }),
    timeoutFixed: fc.boolean(),
    timeoutStyle: fc.constantFrom('menu', 'countdown', 'hidden'),
  },
  { noNullPrototype: true },
);

const menuConsole: fc.Arbitrary<MenuConsole> = fc.record(
  {
    terminalInput: fc.subarray(['console', 'serial', 'at_keyboard']),
    terminalOutput: fc.subarray(['console', 'serial']),
    serial: fc.option(fc.subarray(['--unit=0', '--speed=115200']), { nil: undefined }),
    unrestricted: fc.boolean(),
  },
  { noNullPrototype: true },
);

interface Offered {
  readonly be: BeName;
  readonly title: string;
  readonly kernels: readonly Omit<Entry, 'be'>[];
}

const kernelOnRoot = fc.record(
  {
    release: anyRelease,
    title: hostileWord,
    osId: fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,7}$/),
    image: place,
    initrds: fc.array(place, { maxLength: 3 }),
    options: fc.array(hostileWord, { maxLength: 6 }),
  },
  { noNullPrototype: true },
);

/** The UUID of the separate /boot in a menu of `anyMenu`. */
const bootUuid = '66666666-7777-4888-8999-aaaaaaaaaaaa';

/** The same kernel on a separate /boot. */
function onSeparateBoot(entry: Omit<Entry, 'be'>): Omit<Entry, 'be'> {
  const { image, initrds } = entry;
  return { ...entry, image: onBoot(image.path), initrds: initrds.map(({ path }) => onBoot(path)) };
}

const kernel = fc
  .tuple(kernelOnRoot, fc.boolean())
  .map(([entry, isApart]) => (isApart ? onSeparateBoot(entry) : entry));

const offered: fc.Arbitrary<Offered> = fc.record(
  {
    be: anyBeName,
    title: hostileWord,
    kernels: fc.uniqueArray(kernel, { minLength: 1, maxLength: 3, selector: ({ release }) => release }),
  },
  { noNullPrototype: true },
);

/** Any menu that a planner can make: the first environment at the top, each other one in a submenu. */
export const anyMenu: fc.Arbitrary<Menu> = fc
  .tuple(
    settings,
    fc.uniqueArray(offered, { minLength: 1, maxLength: 4, selector: ({ be }) => be }),
    fc.boolean(),
    fc.nat({ max: 2 }),
  )
  .map(([chosen, environments, once, rank]) => {
    const groups = environments.map(({ be, title, kernels }, place): MenuGroup => {
      // A title begins with the name of its environment, and therefore never with a dash.
      const entries = kernels.map((candidate) => ({ ...candidate, be, title: `${be}: ${candidate.title}` }));
      if (place === 0) return { folded: false, be, entries };
      return { folded: true, be, title: `${be}: ${title}`, osId: 'linux', entries };
    });
    // The saved entry of an environment may name any of its kernels.
    const choices = groups.flatMap(({ entries }) => {
      const chosen = entries[rank % entries.length];
      return chosen === undefined ? [] : [{ be: chosen.be, release: chosen.release }];
    });
    const [first] = choices;
    if (first === undefined) throw new Error('a menu has at least one environment');
    const oneShot = once ? { filesystemUuid: '1A2B-3C4D', choices } : undefined;
    const usesBoot = groups.some(({ entries }) => entries.some(({ image }) => image.on === 'boot'));
    return {
      filesystemUuid,
      bootUuid: usesBoot ? bootUuid : undefined,
      default: first,
      settings: chosen,
      oneShot,
      groups,
    };
  });

/** Any menu with any terminals. */
export const anyGrubMenu: fc.Arbitrary<GrubMenu> = fc.record(
  { menu: anyMenu, console: menuConsole },
  { noNullPrototype: true },
);
