import * as v from 'valibot';
import { type Config, defaultConfig, type Retention } from '../model/config.ts';
import type { Problem } from '../model/problem.ts';
import type { PackageManager } from '../model/upgrade.ts';

/** Reads the value of a setting. Returns what it changes in the settings that were read before. */
type Setting = v.GenericSchema<unknown, (before: Config) => Partial<Config>>;

/** Each setting. The message of a schema names the values that the setting takes. */
const settings: { readonly [key: string]: Setting } = {
  'max-entries': number(/^[1-9][0-9]{0,2}$/, 'a number from 1 to 999', (maxEntries) => ({ maxEntries })),
  timeout: number(/^(-1|[0-9]{1,4})$/, 'a number of seconds from 0 to 9999, or -1', (timeout) => ({ timeout })),
  'distribution-menu': choice({ refresh: true, leave: false }, 'refresh or leave', (refreshDistributionMenu) => ({
    refreshDistributionMenu,
  })),
  'keep-automatic': limit(/^[1-9][0-9]{0,2}$/, 'a number from 1 to 999', (automatic) => ({ automatic })),
  'keep-failed': limit(/^[0-9]{1,3}$/, 'a number from 0 to 999', (failed) => ({ failed })),
  'keep-days': limit(/^[1-9][0-9]{0,3}$/, 'a number from 1 to 9999', (days) => ({ days })),
  'keep-free': limit(/^[1-9][0-9]?%$/, 'a percentage from 1% to 99%', (free) => ({ free })),
  // The package's own scriptlet reads this setting.
  'setup-at-installation': choice({ yes: {}, no: {} }, 'yes or no', (nothing) => nothing),
  'package-manager': choice<PackageManager>(
    { dnf5: 'dnf5', dnf4: 'dnf4', zypper: 'zypper' },
    'dnf5, dnf4 or zypper',
    (packageManager) => ({ packageManager }),
  ),
  'package-transactions': choice<Config['packageTransactions']>(
    // `restore-point` was the name of `require` before `warn` existed.
    { warn: 'warn', require: 'require', 'restore-point': 'require', refuse: 'refuse', ignore: 'ignore' },
    'warn, require, refuse or ignore',
    (packageTransactions) => ({ packageTransactions }),
  ),
};

function number(form: RegExp, allowed: string, set: (value: number) => Partial<Config>): Setting {
  return v.pipe(
    v.string(),
    v.regex(form, allowed),
    v.transform((text) => () => set(Number(text))),
  );
}

/** One limit. The other limits stay as they were set before. */
function limit(form: RegExp, allowed: string, set: (value: number) => Partial<Retention>): Setting {
  return v.pipe(
    v.string(),
    v.regex(form, allowed),
    v.transform((text) => (before: Config) => ({
      retention: { ...before.retention, ...set(Number.parseInt(text, 10)) },
    })),
  );
}

/** One of several texts, each with its meaning. */
function choice<T>(values: Readonly<Record<string, T>>, allowed: string, set: (value: T) => Partial<Config>): Setting {
  const meanings = new Map(Object.entries(values));
  return v.pipe(
    v.picklist([...meanings.keys()], allowed),
    v.transform((text) => () => set(meanings.get(text) as T)),
  );
}

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
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    const read = setting && v.safeParse(setting, value);
    if (read?.success === true) {
      config = { ...config, ...read.output(config) };
      continue;
    }
    const why =
      read === undefined
        ? `“${line.trim()}” is not a setting of be-hook`
        : `“${value}” is not a value of ${key}, which takes ${read.issues[0].message}`;
    problems.push({ code: 'setting-ignored', path, line: index + 1, why, used: 'the default' });
    if (/^\s*keep/i.test(line)) config = { ...config, retentionKnown: false };
  }
  return { config, problems };
}
