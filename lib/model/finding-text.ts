import type { Finding, FindingArgs, FindingKind } from './upgrade.ts';
import { visible } from './visible.ts';

/** One finding in a sentence, without control characters. */
export function describeFinding(finding: Finding): string {
  const write = messages[finding.kind] as (args: Finding) => string;
  return visible(write(finding));
}

const messages: { readonly [K in FindingKind]: (args: FindingArgs[K]) => string } = {
  command: ({ status }) =>
    status > 128 ? `signal ${status - 128} ended the command` : `the command ended with status ${status}`,
  scriptlet: ({ scriptlet, package: name, status }) => `${scriptlet} of ${name} failed with status ${status}`,
  duplicate: ({ name, versions }) => `${name} is installed more than once: ${versions.join(', ')}`,
  database: () => 'rpm in the copy finds no packages: the database was moved or is damaged',
  evidence: ({ why }) => `cannot check the result of the job: ${why}`,
  unbootable: ({ why }) => `the copy cannot boot: ${why}`,
  hook: ({ path, status }) => `${path} failed with status ${status}`,
  'default-unset': ({ package: name, release }) =>
    `%posttrans of ${name} failed in set-boot-entry.install, which makes a new kernel the default; ${release} has its image, initramfs, modules and boot loader entry, and be-hook makes it the default`,
  kernel: ({ why }) => why,
  hidden: ({ path }) => `a shared volume will hide ${path}`,
  configuration: ({ path }) => `${path} needs to be merged by hand`,
  repository: () => 'cannot reach a repository: see the log',
  skipped: () => 'some packages were skipped, because dependencies are missing: see the log',
  verify: ({ line }) => `rpm --verify: ${line}`,
};
