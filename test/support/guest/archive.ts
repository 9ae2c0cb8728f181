import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot, withLock } from '../cache.ts';
import { tool } from './tool.ts';

/** The Debian suites of the guests, oldest first. */
export type Suite = 'bookworm' | 'trixie' | 'forky';

const suites: readonly Suite[] = ['bookworm', 'trixie', 'forky'];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The Debian archive that this machine's apt uses for its own suite. All suites are downloaded from it. */
export async function archiveRoot(): Promise<string> {
  const osRelease = await readFile('/etc/os-release', 'utf8');
  const own = /^VERSION_CODENAME=(\S+)$/m.exec(osRelease)?.[1];
  if (own === undefined) throw new Error('/etc/os-release names no suite: the guests are made of Debian packages');
  for (const text of await sourceTexts()) {
    const root = deb822Root(text, own) ?? oneLineRoot(text, own);
    if (root !== undefined) return root.replace(/\/$/, '');
  }
  throw new Error(`no apt source of this machine serves its own suite ${own}`);
}

async function sourceTexts(): Promise<string[]> {
  const directory = '/etc/apt/sources.list.d';
  const names = (await readdir(directory).catch(() => [])).filter((name) => /\.(sources|list)$/.test(name));
  const paths = [...names.sort().map((name) => join(directory, name)), '/etc/apt/sources.list'];
  return Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => '')));
}

function deb822Root(text: string, suite: string): string | undefined {
  for (const stanza of text.split(/\n\s*\n/)) {
    const served = /^Suites:(.*)$/m.exec(stanza)?.[1]?.trim().split(/\s+/) ?? [];
    if (served.includes(suite)) return /^URIs:\s*(\S+)/m.exec(stanza)?.[1];
  }
  return undefined;
}

function oneLineRoot(text: string, suite: string): string | undefined {
  for (const line of text.split('\n')) {
    const match = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
    if (match?.[2] === suite) return match[1];
  }
  return undefined;
}

/** Settings of a private apt that knows all suites and never changes the machine's apt. Refreshed once per process. */
async function privateApt(): Promise<string> {
  const base = join(cacheRoot(), 'apt');
  const config = join(base, 'apt.conf');
  for (const part of ['lists/partial', 'cache/archives/partial']) await mkdir(join(base, part), { recursive: true });
  const root = await archiveRoot();
  const sources = suites.map((suite) => `deb [signed-by=${keyring}] ${root} ${suite} main\n`);
  await writeFile(join(base, 'sources.list'), sources.join(''));
  await writeFile(join(base, 'status'), '');
  await writeFile(
    config,
    [
      `Dir::Etc::sourcelist "${base}/sources.list";`,
      'Dir::Etc::sourceparts "/dev/null";',
      `Dir::State::lists "${base}/lists";`,
      `Dir::State::status "${base}/status";`,
      `Dir::Cache "${base}/cache";`,
      'Acquire::Check-Valid-Until "false";',
      'APT::Sandbox::User "root";\n',
    ].join('\n'),
  );
  await tool('apt-get', ['update', '-q'], { env: { APT_CONFIG: config } });
  return config;
}

let refreshed: Promise<string> | undefined;

/**
 * Unpacks packages of a suite (a plain `dpkg-deb -x` each, no scriptlets) into `target`. With `follow`, also unpacks
 * the dependencies whose names match it.
 */
export async function unpackPackages(
  suite: Suite,
  names: readonly string[],
  target: string,
  follow?: RegExp,
): Promise<void> {
  await withLock('apt.lock', async () => {
    refreshed ??= privateApt();
    const env = { APT_CONFIG: await refreshed };
    const wanted = await withDependencies(suite, names, follow, env);
    const downloads = join(target, '.downloads');
    await mkdir(downloads, { recursive: true });
    await tool('apt-get', ['download', '-q', ...wanted.map((name) => `${name}/${suite}`)], { cwd: downloads, env });
    for (const file of await readdir(downloads)) await tool('dpkg-deb', ['-x', join(downloads, file), target]);
    await tool('rm', ['-r', downloads]);
  });
}

async function withDependencies(
  suite: Suite,
  names: readonly string[],
  follow: RegExp | undefined,
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const wanted = [...names];
  for (const name of wanted) {
    if (follow === undefined) break;
    const shown = await tool('apt-cache', ['show', `${name}/${suite}`], { env });
    const depends = /^Depends: (.*)$/m.exec(shown)?.[1] ?? '';
    for (const word of depends.split(/[,|]/)) {
      const dependency = word.trim().split(' ')[0] ?? '';
      if (follow.test(dependency) && !wanted.includes(dependency)) wanted.push(dependency);
    }
  }
  return wanted;
}
