import type { Finding } from '../model/upgrade.ts';

/**
 * What the output of a package manager tells of scriptlets that failed. The sentence is librpm's own (rpmScriptRun,
 * "%s(%s) scriptlet failed, exit status %d" and "signal"), which dnf4, dnf5 and zypper all pass on, each with another
 * word in front of it; it is matched in the language C. A scriptlet is told of once.
 */
export function findFailedScriptlets(log: string): readonly Extract<Finding, { kind: 'scriptlet' }>[] {
  const pattern = /%?(\w+)\(([^()\s]+)\) scriptlet failed, (exit status|signal) (\d+)/g;
  const found = [...log.matchAll(pattern)].map(([, scriptlet = '', name = '', how, number]) => {
    const status = how === 'signal' ? 128 + Number(number) : Number(number);
    return { kind: 'scriptlet', scriptlet: `%${scriptlet}`, package: name, status } as const;
  });
  return found.filter(
    (one, index) =>
      found.findIndex((other) => other.package === one.package && other.scriptlet === one.scriptlet) === index,
  );
}

/**
 * The file names of the plugins of kernel-install that failed, as it tells them (systemd, src/basic/process-util.c,
 * pidref_wait_for_terminate_and_check). The first one that fails is the last one that runs.
 */
export function findFailedPlugins(log: string): readonly string[] {
  const pattern = /\/([^/\s]+\.install) (?:failed with exit status \d+|terminated by signal \w+)/g;
  return [...new Set([...log.matchAll(pattern)].map(([, name = '']) => name))];
}

/**
 * Whether a package manager went on without packages whose dependencies it could not meet, which dnf4 and dnf5 do in an
 * upgrade of everything, with status 0.
 */
export function hasSkipped(log: string): boolean {
  return /^Skipping packages with (broken dependencies|conflicts)/m.test(log);
}

/**
 * Whether a package manager went on without a repository: libdnf5 ("Usable URL not found"), dnf4 ("Ignoring
 * repositories"), libzypp ("Skipping repository").
 */
export function hasUnreachable(log: string): boolean {
  return /^(>>> Usable URL not found|Ignoring repositories: |Skipping repository )/m.test(log);
}

/** The configuration files that rpm put beside, or saved from, those of the packages ("created as", "saved as"). */
export function findLeftConfiguration(log: string): readonly string[] {
  const pattern = /\b(?:created|saved) as (\/\S+\.rpm(?:new|save|orig))\b/g;
  return [...new Set([...log.matchAll(pattern)].map(([, path = '']) => path))];
}
