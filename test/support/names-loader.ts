import type { SourceFile } from './source-tree.ts';

/** The paths that may name one boot loader: its own folders, and the two registries. */
const allowed = /^lib\/(bootloaders|system\/loaders)\/(grub\/|index\.ts$)/;

/** Whether a file of lib/ names GRUB in its code. Comments and messages do not count. */
export function namesGrub({ path, text }: SourceFile): boolean {
  return path.startsWith('lib/') && !allowed.test(path) && /grub/i.test(codeOf(text));
}

/** The code without comments and without strings that contain a space, because these are sentences. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/(['"`])(?:\\.|(?!\1)[^\\\n])*\1/g, (literal) => (literal.includes(' ') ? '' : literal));
}
