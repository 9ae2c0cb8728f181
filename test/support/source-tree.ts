import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['hooks', 'rpm-scriptlets', 'lib', 'test', 'packaging'];

/** A TypeScript file of the project. Paths are relative to the top of the repository. */
export interface SourceFile {
  path: string;
  text: string;
  /** Its imports: files of the project by path, all others by name. Type imports count too. */
  imports: string[];
}

/** The specifiers of all static, dynamic and re-exporting imports. The formatter makes the quotes uniform. */
export function specifiersIn(text: string): string[] {
  const statement = /(?:^|\n)(?:import|export)\b[^;']*\bfrom\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'/g;
  const call = /\bimport\(\s*'([^']+)'/g;
  return [...text.matchAll(statement), ...text.matchAll(call)].flatMap(([, from, bare]) => from ?? bare ?? []);
}

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const imports = specifiersIn(text).map((specifier) =>
    specifier.startsWith('.') ? join(dirname(path), specifier) : specifier,
  );
  return { path, text, imports };
}

/** Every TypeScript file of the project that is not generated. */
export function sourceTree(): SourceFile[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
  )
    .sort()
    .map(read);
}

/** The number of lines as in an editor. */
export function lineCount(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}

/** A chain of files of which each imports the next and the last one the first, if there is any. */
export function findCycle(files: SourceFile[]): string[] | undefined {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const finished = new Set<string>();
  const visit = (path: string, chain: string[]): string[] | undefined => {
    if (chain.includes(path)) return [...chain.slice(chain.indexOf(path)), path];
    if (finished.has(path)) return undefined;
    for (const imported of importsOf.get(path) ?? []) {
      const cycle = visit(imported, [...chain, path]);
      if (cycle) return cycle;
    }
    finished.add(path);
    return undefined;
  };
  for (const path of importsOf.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return undefined;
}
