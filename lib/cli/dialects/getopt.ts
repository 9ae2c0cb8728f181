/** The options and operands of a subcommand of another tool. */
export interface Options {
  /** The values of each given option, in order. The list is empty for an option without a value. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
}

/** An option that cannot be read. */
export interface OptionFault {
  /** The option as the user typed it, without its dash. */
  readonly letter: string;
  readonly lacksValue: boolean;
}

/**
 * Reads options as getopt(3) does. Several letters can follow one dash. The first letter that takes a value takes the
 * rest of the argument, or the next argument. `--` ends the options. In `letters` a colon follows each letter that
 * takes a value. Options may also follow operands, unless `first` says that the first operand ends them.
 */
export function getopt(
  argv: readonly string[],
  letters: string,
  { first = false }: { readonly first?: boolean } = {},
): Options | OptionFault {
  const values = new Map<string, string[]>();
  const operands: string[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') return { values, operands: [...operands, ...rest] };
    if (word === '-' || !word.startsWith('-')) {
      operands.push(word);
      if (first) return { values, operands: [...operands, ...rest] };
      continue;
    }
    const fault = readCluster(word.slice(1), letters, rest, values);
    if (fault !== undefined) return fault;
  }
  return { values, operands };
}

function readCluster(
  cluster: string,
  letters: string,
  rest: string[],
  values: Map<string, string[]>,
): OptionFault | undefined {
  for (let place = 0; place < cluster.length; place += 1) {
    const letter = cluster.charAt(place);
    const known = /^[A-Za-z]$/.test(letter) ? letters.indexOf(letter) : -1;
    if (known < 0) return { letter: cluster.startsWith('-') ? cluster : letter, lacksValue: false };
    const given = values.get(letter) ?? [];
    // The last one of contradicting options counts. Therefore options are in the order of their last occurrence.
    values.delete(letter);
    values.set(letter, given);
    if (letters.charAt(known + 1) !== ':') continue;
    const value = place + 1 < cluster.length ? cluster.slice(place + 1) : rest.shift();
    if (value === undefined) return { letter, lacksValue: true };
    given.push(value);
    return undefined;
  }
  return undefined;
}

/** The arguments before the subcommand. */
export interface GlobalOptions {
  /** The file system to work on, if it is not the running one. */
  readonly where: string | undefined;
  readonly help: boolean;
  /** The subcommand and the arguments after it. */
  readonly rest: readonly string[];
}

/**
 * Reads the arguments before the subcommand: `--filesystem DIR|DEVICE`, which be-hook adds to both dialects for file
 * systems that are not running, and the tool's own letters `-h` and `-r`. `-r` means the same as `--filesystem`.
 */
export function readGlobal(argv: readonly string[], letters: string): GlobalOptions | OptionFault {
  let where: string | undefined;
  let rest = argv;
  for (let [word = ''] = rest; word.startsWith('-') && word !== '-' && word !== '--'; [word = ''] = rest) {
    const long = /^--filesystem(?:=(.*))?$/s.exec(word);
    if (long !== null) {
      const value = long[1] ?? rest[1];
      if (value === undefined || value === '') return { letter: '-filesystem', lacksValue: true };
      where = value;
      rest = rest.slice(long[1] === undefined ? 2 : 1);
      continue;
    }
    const taken = word.length > 2 || !letters.includes(`${word.charAt(1)}:`) ? 1 : 2;
    const read = getopt(rest.slice(0, taken), letters);
    if ('letter' in read) return read;
    if (read.values.has('h')) return { where, help: true, rest: [] };
    where = read.values.get('r')?.at(-1) ?? where;
    rest = rest.slice(taken);
  }
  return { where, help: false, rest };
}
