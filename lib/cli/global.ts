import { BeHookError } from '../model/problem.ts';
import { filesystemOptions, helpOption, jsonOption, type Option, reportOptions } from './command.ts';
import { suggestOption } from './suggest.ts';

/** The options that may stand in front of the command. An option of a command has the same meaning after it. */
export const globalOptions: readonly Option[] = [
  ...filesystemOptions,
  jsonOption,
  ...reportOptions,
  helpOption,
  { name: 'version', short: 'V', summary: 'print the version' },
];

/** The options in front of the command. */
export interface Globals {
  readonly filesystem: string | undefined;
  readonly boot: string | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** The command and the arguments after it. */
  readonly rest: readonly string[];
}

/** Reads the options in front of the command. Throws `usage`. */
export function readGlobals(argv: readonly string[]): Globals {
  const given = new Set<string>();
  const values = new Map<string, string>();
  let rest = argv;
  for (let [word = ''] = rest; word.startsWith('-'); [word = ''] = rest) {
    rest = rest.slice(1);
    const [shown = '', attached] = /^([^=]*)(?:=(.*))?$/s.exec(word)?.slice(1) ?? [];
    const option = globalOptions.find(({ name, short = '' }) => shown === `--${name}` || shown === `-${short}`);
    if (option === undefined) throw unknown(shown);
    given.add(option.name);
    if (option.value === undefined) {
      if (attached !== undefined) throw refuse(`${shown} takes no value`);
      continue;
    }
    const value = attached ?? rest[0];
    if (value === undefined || value === '' || (attached === undefined && value.startsWith('-'))) {
      throw refuse(`${shown} needs a value`);
    }
    if (attached === undefined) rest = rest.slice(1);
    if ((values.get(option.name) ?? value) !== value) throw refuse(`${shown} is given twice, with different values`);
    values.set(option.name, value);
  }
  const [json, verbose, quiet] = [given.has('json'), given.has('verbose'), given.has('quiet')];
  const [filesystem, boot] = [values.get('filesystem'), values.get('boot')];
  return { filesystem, boot, json, verbose, quiet, help: given.has('help'), version: given.has('version'), rest };
}

function refuse(text: string): BeHookError {
  return new BeHookError({ code: 'usage', text });
}

function unknown(shown: string): BeHookError {
  const names = globalOptions.map(({ name }) => name);
  const meant = shown.startsWith('--') ? suggestOption(shown.slice(2), names) : undefined;
  const text = `there is no option ${shown} in front of the command`;
  if (meant === undefined) return new BeHookError({ code: 'usage', text });
  return new BeHookError({ code: 'usage', text, hint: `did you mean --${meant}?` });
}
