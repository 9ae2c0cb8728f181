import type { SourceFile } from './source-tree.ts';

/** A part of the program for the rules about imports. */
export type Part =
  | 'model'
  | 'formats'
  | 'plan'
  | 'bootloaders'
  | 'system'
  | 'system loaders'
  | 'apply'
  | 'app'
  | 'cli'
  | 'cli main'
  | 'hooks'
  | 'rpm-scriptlets';

const PURE: Part[] = ['model', 'formats', 'plan', 'bootloaders'];

/** The other parts that each part may import (lib/README.md shows the directions). */
export const MAY_IMPORT: Record<Part, Part[]> = {
  model: [],
  formats: ['model'],
  plan: ['model', 'formats'],
  bootloaders: ['model', 'formats', 'plan'],
  system: ['model', 'formats', 'system loaders'],
  'system loaders': ['model', 'formats', 'bootloaders', 'system'],
  apply: ['model', 'formats', 'plan', 'system', 'system loaders'],
  app: [...PURE, 'system', 'apply'],
  cli: [...PURE, 'apply', 'app'],
  'cli main': [...PURE, 'system', 'apply', 'app', 'cli'],
  hooks: ['model', 'system', 'app'],
  'rpm-scriptlets': ['model', 'system', 'app'],
};

/** The part of a file. Undefined for tests, packaging and other files. */
export function partOf(path: string): Part | undefined {
  if (path === 'lib/cli/main.ts') return 'cli main';
  if (path.startsWith('lib/system/loaders/')) return 'system loaders';
  const [top, second] = path.split('/');
  const name = top === 'lib' ? second : top;
  return name !== undefined && isPart(name) ? name : undefined;
}

function isPart(name: string): name is Part {
  return Object.hasOwn(MAY_IMPORT, name);
}

/** The wrong imports of one file, as sentences. Empty if all are right. */
export function wrongArrows({ path, imports }: SourceFile): string[] {
  const from = partOf(path);
  if (from === undefined) return path.startsWith('lib/') ? [`${path} belongs to no part of lib/`] : [];
  return imports.flatMap((imported) => {
    const to = partOf(imported);
    const isOurs = imported.endsWith('.ts');
    if (!isOurs || to === from || (to !== undefined && MAY_IMPORT[from].includes(to))) return [];
    return [`${path} (${from}) imports ${imported} (${to ?? 'no part of the program'})`];
  });
}
