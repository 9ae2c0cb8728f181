import type { CommandName } from './command.ts';

/**
 * Commands of other tools, with the command of be-hook that does the same: snapper, beadm, bectl, zectl, boom, dnf,
 * zypper and coreutils.
 */
const foreignNames: Readonly<Record<string, CommandName>> = {
  ls: 'list',
  show: 'list',
  delete: 'destroy',
  del: 'destroy',
  remove: 'destroy',
  rm: 'destroy',
  erase: 'destroy',
  unmount: 'umount',
  clone: 'create',
  copy: 'create',
  cp: 'create',
  add: 'create',
  new: 'create',
  make: 'create',
  undo: 'rollback',
  revert: 'rollback',
  restore: 'rollback',
  back: 'rollback',
  jail: 'exec',
  chroot: 'exec',
  shell: 'exec',
  enter: 'exec',
  dup: 'upgrade',
  'dist-upgrade': 'upgrade',
  'distro-sync': 'upgrade',
  'system-upgrade': 'upgrade',
  update: 'upgrade',
  up: 'upgrade',
  install: 'run',
  mv: 'rename',
  move: 'rename',
  modify: 'describe',
  boot: 'activate',
  switch: 'activate',
  'set-default': 'activate',
  default: 'activate',
  select: 'activate',
  lock: 'hold',
  protect: 'hold',
  unlock: 'release',
  unhold: 'release',
  send: 'export',
  receive: 'import',
  recv: 'import',
  log: 'history',
  cleanup: 'prune',
  clean: 'prune',
  compare: 'diff',
  verify: 'check',
  init: 'adopt',
  info: 'status',
  unadopt: 'forget',
};

/** The command of be-hook that a mistyped word, or a word of another tool, probably means. */
export function suggestCommand(word: string, names: readonly CommandName[]): CommandName | undefined {
  const lower = word.toLowerCase();
  if (Object.hasOwn(foreignNames, lower)) return foreignNames[lower];
  return closest(lower, names);
}

/** The option, without dashes, that a mistyped option probably means. */
export function suggestOption(word: string, names: readonly string[]): string | undefined {
  const longer = word.length < 2 ? [] : names.filter((name) => name.startsWith(word));
  return longer.length === 1 ? longer[0] : closest(word, names);
}

/** The nearest of these words. Undefined if no word is near, or several are equally near. */
export function closest<T extends string>(word: string, candidates: readonly T[]): T | undefined {
  const limit = word.length < 4 ? 1 : 2;
  const rated = candidates.map((candidate) => ({ candidate, distance: editDistance(word, candidate) }));
  const least = Math.min(...rated.map(({ distance }) => distance));
  const nearest = rated.filter(({ distance }) => distance === least);
  return least <= limit && nearest.length === 1 ? nearest[0]?.candidate : undefined;
}

/** The number of letters to insert, delete, replace, or exchange with the next one (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let [before, last] = [[] as number[], Array.from({ length: to.length + 1 }, (_none, column) => column)];
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const [letter, other] = [from.charAt(row - 1), to.charAt(column - 1)];
      const replaced = (last[column - 1] ?? 0) + (letter === other ? 0 : 1);
      const swapped = letter === to.charAt(column - 2) && other === from.charAt(row - 2) && column > 1 && row > 1;
      const exchanged = swapped ? (before[column - 2] ?? 0) + 1 : replaced;
      current.push(Math.min(replaced, exchanged, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    [before, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
