import { type Config, defaultConfig, type Retention } from '../model/config.ts';
import { BeHookError } from '../model/problem.ts';

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
  'package-transactions': (value) =>
    value === 'restore-point' || value === 'refuse' || value === 'ignore' ? { packageTransactions: value } : undefined,
};

/** Reads one limit, and leaves the others as they were set before. */
function limit(form: RegExp, set: (value: number) => Partial<Retention>): Reader {
  return (value, { retention }) =>
    form.test(value) ? { retention: { ...retention, ...set(Number.parseInt(value, 10)) } } : undefined;
}

/** Reads be-hook.conf(5): `key = value` lines and `#` comments. Throws `file-malformed` for anything else. */
export function parseConfig(text: string, path: string): Config {
  let config = defaultConfig;
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [, key = '', value = ''] = /^\s*([a-z-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    const part = Object.hasOwn(readers, key) ? readers[key]?.(value, config) : undefined;
    if (part === undefined) {
      const why = Object.hasOwn(readers, key) ? `“${value}” is no value for ${key}` : 'this is no setting of be-hook';
      throw new BeHookError({ code: 'file-malformed', path, line: index + 1, why, hint: 'see be-hook.conf(5)' });
    }
    config = { ...config, ...part };
  }
  return config;
}
