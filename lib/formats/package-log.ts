import type { Finding } from '../model/upgrade.ts';

/**
 * The failed scriptlets in the output of a package manager. librpm prints the sentence (rpmScriptRun, "%s(%s) scriptlet
 * failed, exit status %d" and "signal"). dnf4, dnf5 and zypper all pass it on, each with another word in front of it.
 * It is matched in the language C. Each scriptlet is listed once.
 */
export function findFailedScriptlets(log: string): readonly Extract<Finding, { kind: 'scriptlet' }>[] {
  const pattern = /%?(\w+)\(([^()\s]+)\) scriptlet failed, (exit status|signal) (\d+)/g;
  const found = [...log.matchAll(pattern)].map(([, scriptlet = '', name = '', how, number]) => {
    const status = how === 'signal' ? 128 + Number(number) : Number(number);
    return { kind: 'scriptlet', scriptlet: `%${scriptlet}`, package: name, status } as const;
  });
  return found.filter(
    (candidate, index) =>
      found.findIndex((second) => second.package === candidate.package && second.scriptlet === candidate.scriptlet) ===
      index,
  );
}

/**
 * The file names of the plugins of kernel-install that failed, from its messages (systemd, src/basic/process-util.c,
 * pidref_wait_for_terminate_and_check). kernel-install stops at the first plugin that fails.
 */
export function findFailedPlugins(log: string): readonly string[] {
  const pattern = /\/([^/\s]+\.install) (?:failed with exit status \d+|terminated by signal \w+)/g;
  return [...new Set([...log.matchAll(pattern)].map(([, name = '']) => name))];
}

/**
 * Whether a package manager went on without packages whose dependencies it could not meet. dnf4 and dnf5 do that in an
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
