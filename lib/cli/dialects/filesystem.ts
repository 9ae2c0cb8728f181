import type { Where } from '../../model/where.ts';

/** A command line without `--filesystem`, and the value of that option. */
export interface Located {
  readonly where: string | undefined;
  readonly argv: readonly string[];
}

/** How a tool reads its options. It decides which arguments are values. */
export interface DialectGrammar {
  /** The letters that take a value. */
  readonly valued: string;
  /** Whether the first operand ends the options. */
  readonly first: boolean;
}

/**
 * Removes `--filesystem DIR|DEVICE`, which be-hook adds to the dialects, from the arguments after a subcommand. `where`
 * is its value in front of the subcommand. Returns a complaint where the value is missing, or two values differ.
 */
export function takeFilesystem(
  argv: readonly string[],
  where: string | undefined,
  { valued, first }: DialectGrammar,
): Located | string {
  const retained: string[] = [];
  const rest = [...argv];
  let found = where;
  const valueNext = new RegExp(`^-[A-Za-z]*[${valued}]$`);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const long = /^--filesystem(?:=(.*))?$/s.exec(word);
    if (long !== null) {
      const value = long[1] ?? rest.shift() ?? '';
      if (value === '') return '--filesystem needs a value';
      if (found !== undefined && found !== value) return '--filesystem is given twice, with different values';
      found = value;
      continue;
    }
    retained.push(word);
    if (word === '--' || (first && !word.startsWith('-'))) break;
    if (valueNext.test(word)) retained.push(...rest.splice(0, 1));
  }
  return { where: found, argv: [...retained, ...rest] };
}

/** Whether an argument is empty that must not be empty. A description may be empty. */
export function hasEmpty(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === '' && !/^-[A-Za-z]*d$/.test(argv[index - 1] ?? ''));
}

/** The file system that a command line names; undefined for that of the running system. */
export function namedWhere({ where }: Pick<Located, 'where'>): Where | undefined {
  return where === undefined ? undefined : { filesystem: where };
}
