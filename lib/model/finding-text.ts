import type { Finding, FindingArgs, FindingKind } from './upgrade.ts';
import { visible } from './visible.ts';

/** One finding in a sentence, without control characters. */
export function describeFinding(finding: Finding): string {
  const write = words[finding.kind] as (args: Finding) => string;
  return visible(write(finding));
}

const words: { readonly [K in FindingKind]: (args: FindingArgs[K]) => string } = {
  command: ({ status }) =>
    status > 128 ? `the command was ended by signal ${status - 128}` : `the command ended with status ${status}`,
  scriptlet: ({ scriptlet, package: name, status }) => `${scriptlet} of ${name} failed with status ${status}`,
  duplicate: ({ name, versions }) => `${name} is installed more than once: ${versions.join(', ')}`,
  database: () => 'its rpm finds no package any more: the database was moved, or is damaged',
  evidence: ({ why }) => `cannot judge what it did: ${why}`,
  unbootable: ({ why }) => `it could not be booted: ${why}`,
  hook: ({ path, status }) => `${path} failed with status ${status}`,
  'default-unset': ({ package: name, release }) =>
    `%posttrans of ${name} failed in set-boot-entry.install, which makes a new kernel the default; ${release} has its image, initramfs, modules and boot loader entry, and be-hook makes it the default`,
  kernel: ({ why }) => why,
  hidden: ({ path }) => `${path} lies where a shared volume will hide it`,
  configuration: ({ path }) => `${path} waits for somebody to look at it`,
  repository: () => 'a repository could not be reached: see the log',
  skipped: () => 'packages were left as they are, because something that they need is missing: see the log',
  verify: ({ line }) => `rpm --verify: ${line}`,
};
