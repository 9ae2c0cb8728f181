import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Phrases that CONTRIBUTING.md bans, with what to write instead. */
const banned: readonly (readonly [RegExp, string])[] = [
  [/\b(?:no|some|any)body\b|\bwhoever\b|\bstrangers?\b/gi, 'name the user, the process or the program'],
  [/\bof (?:ours|hers)\b/gi, 'say what it is a part of'],
  [/(?<!\bthere )\b(?:is|are) none\b/gi, 'say “is not a …” or “there is no …”'],
  [/\b(?:is|are) told\b/gi, 'say which program reports it'],
  [/, for (?:it|its|they|there|what|nothing|GRUB|that|\w+ (?:is|are|has|have|does|would|cannot))\b/g, 'say “because”'],
];

/** The banned phrases in a text, each with the advice. Code spans and fenced code of Markdown do not count. */
export function findBanned(path: string, text: string): string[] {
  const prose = path.endsWith('.md') ? text.replace(/```[^]*?```|`[^`]*`/g, '') : text;
  // A phrase may go on in the next line of a comment.
  const line = prose.replace(/\s*\n\s*(?:\*|\/\/|#|\.\\")?\s*/g, ' ');
  return banned.flatMap(([phrase, advice]) => [...line.matchAll(phrase)].map(([found]) => `“${found}”: ${advice}`));
}

/** These have the banned phrases as examples. */
const ownFiles: readonly string[] = ['test/support/banned-words.ts', 'test/unit/words.test.ts'];

/** The files whose words are checked, by their paths in the repository: program, packaging, tests and documents. */
export function checkedFiles(): { readonly path: string; readonly text: string }[] {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const below = ['lib', 'hooks', 'rpm-scriptlets', 'packaging', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
      .filter((path) => !ownFiles.includes(path)),
  );
  const documents = readdirSync(root).filter((name) => name.endsWith('.md'));
  return [...below, ...documents].sort().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}
