import type { SourceFile } from './source-tree.ts';

/** Where one boot loader may be named: its own folders, and the registry. */
const allowed = /^lib\/(bootloaders\/grub\/|system\/loaders\/grub\/|bootloaders\/index\.ts$)/;

/** Whether a file of lib/ names GRUB in its code. Comments, and sentences for people, may. */
export function namesGrub({ path, text }: SourceFile): boolean {
  return path.startsWith('lib/') && !allowed.test(path) && /grub/i.test(codeOf(text));
}

/** The code without comments, and without text that has a space in it: a sentence. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/(['"`])(?:\\.|(?!\1)[^\\\n])*\1/g, (literal) => (literal.includes(' ') ? '' : literal));
}
