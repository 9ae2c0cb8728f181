import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from './run.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The packages that packaging/build-rpm makes. */
export interface BuiltRpm {
  readonly binary: string;
  /** The package of the commands beadm and bectl. */
  readonly compat: string;
  /** The package with the systemd preset. */
  readonly preset: string;
  /** The packages with the plugins of package managers. */
  readonly plugins: Readonly<Record<'dnf4' | 'dnf5' | 'zypp', string>>;
  readonly source: string;
  readonly tarball: string;
}

/** Builds the package of be-hook from the current dist/ into a directory. Its %check is slow, so only the test of %check runs it. */
export async function buildBeHook(out: string): Promise<BuiltRpm> {
  await must(join(ROOT, 'packaging/build-rpm'), ['--out', out, '--nocheck'], ROOT);
  const names = await readdir(out);
  const find = (like: RegExp): string => {
    const name = names.find((candidate) => like.test(candidate));
    if (name === undefined) throw new Error(`build-rpm made nothing like ${like.source}: ${names.join(', ')}`);
    return join(out, name);
  };
  return {
    binary: find(/^be-hook-[0-9].*\.noarch\.rpm$/),
    compat: find(/-compat-.*\.noarch\.rpm$/),
    preset: find(/-preset-.*\.noarch\.rpm$/),
    plugins: { dnf4: find(/-dnf4-.*\.rpm$/), dnf5: find(/-dnf5-.*\.rpm$/), zypp: find(/-zypp-.*\.rpm$/) },
    source: find(/\.src\.rpm$/),
    tarball: find(/^be-hook-[0-9.]+\.tar\.gz$/),
  };
}

/** Creates the folders of rpmbuild. */
export async function makeTop(top: string): Promise<void> {
  for (const name of ['SOURCES', 'SPECS', 'BUILD', 'RPMS']) await mkdir(join(top, name), { recursive: true });
}

/** Builds the noarch packages of a spec without its %check, in a folder of `makeTop`, and returns their paths. */
export async function buildSpec(top: string, spec: string): Promise<string[]> {
  const args = ['-bb', '--nodeps', '--nocheck', '--define', `_topdir ${top}`, spec];
  const said = await must('rpmbuild', args);
  return [...said.matchAll(/^Wrote: (.*)$/gm)].map(([, path = '']) => path);
}

/** A package for the tests: its files and its scriptlets. */
export interface TestPackage {
  readonly name: string;
  readonly version: string;
  /** Paths of its files. Each contains a line of text. */
  readonly files: readonly string[];
  /** Lines of its spec after %description: scriptlets. Put `Provides:` into `head`. */
  readonly scriptlets?: string;
  readonly head?: string;
}

/** Builds a package and returns its path. `macros` is a macro file that the spec may use. */
export async function buildPackage(top: string, made: TestPackage, macros?: string): Promise<string> {
  const { name, version, files, scriptlets = '', head = '' } = made;
  const install = files.map((path) => `install -d %{buildroot}$(dirname ${path})\necho ${name} >%{buildroot}${path}`);
  const lines = [
    `Name: ${name}\nVersion: ${version}\nRelease: 1\nSummary: test\nLicense: MIT\nBuildArch: noarch\nAutoReqProv: no`,
    `${head}\n%description\ntest\n${scriptlets}\n%install\n:\n${install.join('\n')}\n%files\n${files.join('\n')}`,
  ];
  const spec = join(top, 'SPECS', `${name}-${version}.spec`);
  const load = macros === undefined ? '' : `%{load:${macros}}\n`;
  await writeFile(spec, `${load}${lines.join('\n')}\n`);
  const [path] = await buildSpec(top, spec);
  if (path === undefined) throw new Error(`rpmbuild wrote nothing of ${name}`);
  return path;
}
