import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BundledPackage } from './bundle.ts';

/*
 * tsx packaging/rpm-sources.ts DIRECTORY: writes two files about the libraries in dist/ for packaging/build-rpm:
 * bundled.inc, the spec's `Provides: bundled(npm(NAME))` lines, and LICENSE.bundled, the license texts of the libraries.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The folder of the package with this name and version. Another folder may have another version of it. */
function folderOf({ name, version }: BundledPackage): string {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version?: string }> };
  const found = Object.entries(packages).find(
    ([path, locked]) => path.endsWith(`node_modules/${name}`) && locked.version === version,
  );
  if (found === undefined)
    throw new Error(`package-lock.json has no ${name} ${version}: run npm ci, then npm run build`);
  return found[0];
}

function licenseText(candidate: BundledPackage): string {
  const folder = folderOf(candidate);
  const file = readdirSync(join(ROOT, folder)).find((name) => /^licen[sc]e/i.test(name));
  const text = file === undefined ? '(this package has no license file)' : read(join(folder, file)).trim();
  return `${candidate.name} ${candidate.version}: ${candidate.license}\n\n${text.replaceAll('\r', '')}\n`;
}

/** A library in the form of Fedora's packaging guidelines for Node.js. */
function capability({ name, version }: BundledPackage): string {
  return `Provides:       bundled(npm(${name})) = ${version}`;
}

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: tsx packaging/rpm-sources.ts DIRECTORY');
const bundled = JSON.parse(read('dist/bundled.json')) as BundledPackage[];
writeFileSync(join(directory, 'bundled.inc'), `${bundled.map(capability).join('\n')}\n`);
const rule = `\n${'-'.repeat(80)}\n\n`;
writeFileSync(
  join(directory, 'LICENSE.bundled'),
  `The files in dist/ contain these libraries.\n${rule}${bundled.map(licenseText).join(rule)}`,
);
