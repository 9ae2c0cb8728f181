import { type Config, defaultConfig, type Retention } from '../model/config.ts';
import type { Problem } from '../model/problem.ts';

type Reader = (value: string, before: Config) => Partial<Config> | undefined;

const readers: { readonly [key: string]: Reader } = {
  'max-entries': (value) => (/^[1-9][0-9]{0,2}$/.test(value) ? { maxEntries: Number(value) } : undefined),
  timeout: (value) => (/^(-1|[0-9]{1,4})$/.test(value) ? { timeout: Number(value) } : undefined),
  'distribution-menu': (value) =>
    value === 'refresh' || value === 'leave' ? { refreshDistributionMenu: value === 'refresh' } : undefined,
  'keep-automatic': limit(/^[1-9][0-9]{0,2}$/, (automatic) => ({ automatic })),
  'keep-failed': limit(/^[0-9]{1,3}$/, (failed) => ({ failed })),
  'keep-days': limit(/^[1-9][0-9]{0,3}$/, (days) => ({ days })),
  'keep-free': limit(/^[1-9][0-9]?%$/, (free) => ({ free })),
  // The package's own scriptlet reads it.
  'setup-at-installation': (value) => (value === 'yes' || value === 'no' ? {} : undefined),
  'package-manager': (value) =>
    value === 'dnf5' || value === 'dnf4' || value === 'zypper' ? { packageManager: value } : undefined,
  'package-transactions': (value) => {
    const packageTransactions = packageTransactionsOf.get(value);
    return packageTransactions === undefined ? undefined : { packageTransactions };
  },
};

/** `restore-point` was the name of `require` when there was no `warn`. */
const packageTransactionsOf: ReadonlyMap<string, Config['packageTransactions']> = new Map([
  ['warn', 'warn'],
  ['require', 'require'],
  ['restore-point', 'require'],
  ['refuse', 'refuse'],
  ['ignore', 'ignore'],
]);

/** Reads one limit, and leaves the others as they were set before. */
function limit(form: RegExp, set: (value: number) => Partial<Retention>): Reader {
  return (value, { retention }) =>
    form.test(value) ? { retention: { ...retention, ...set(Number.parseInt(value, 10)) } } : undefined;
}

/** The values that each setting takes, as a message names them. */
const allowed: { readonly [key: string]: string } = {
  'max-entries': 'a number from 1 to 999',
  timeout: 'a number of seconds from 0 to 9999, or -1',
  'distribution-menu': 'refresh or leave',
  'keep-automatic': 'a number from 1 to 999',
  'keep-failed': 'a number from 0 to 999',
  'keep-days': 'a number from 1 to 9999',
  'keep-free': 'a percentage from 1% to 99%',
  'setup-at-installation': 'yes or no',
  'package-manager': 'dnf5, dnf4 or zypper',
  'package-transactions': 'warn, require, refuse or ignore',
};

/** The settings of a file, and a warning for each line that has no effect. */
export interface ConfigReading {
  readonly config: Config;
  readonly problems: readonly Problem[];
}

/**
 * Reads be-hook.conf(5): `key = value` lines and `#` comments. Any other line is a warning and has no effect. If such a
 * line begins with `keep`, retention is not known.
 */
export function parseConfig(text: string, path: string): ConfigReading {
  let config = defaultConfig;
  const problems: Problem[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, key = '', value = ''] = /^\s*([a-z-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const isKnown = Object.hasOwn(readers, key);
    const part = isKnown ? readers[key]?.(value, config) : undefined;
    if (part === undefined) {
      const why = isKnown
        ? `“${value}” is not a value of ${key}, which takes ${allowed[key] ?? ''}`
        : `“${line.trim()}” is not a setting of be-hook`;
      problems.push({ code: 'setting-ignored', path, line: index + 1, why, used: 'the default' });
      if (/^\s*keep/i.test(line)) config = { ...config, retentionKnown: false };
    } else config = { ...config, ...part };
  }
  return { config, problems };
}
