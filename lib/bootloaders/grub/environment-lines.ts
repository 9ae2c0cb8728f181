import { blockSize } from './environment-block.ts';

/**
 * One line of a GRUB environment block: a comment, which includes its `#`, or a variable, whose value may have line breaks.
 */
export type EnvironmentLine =
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly value: string };

const signature = '# GRUB Environment Block\n';

/**
 * The lines after the signature of a grubenv, as GRUB reads them (grub-core/lib/envblk.c, grub_envblk_iterate): a backslash
 * before a line break or a backslash is an escape, and `#` up to the end is padding. Returns undefined for every text that
 * GRUB or grub-editenv could not have written, another size included: GRUB would refuse it, or read something else from it.
 */
export function parseGrubEnvironment(text: string): readonly EnvironmentLine[] | undefined {
  if (!text.startsWith(signature) || byteLength(text) !== blockSize) return undefined;
  let rest = text.slice(signature.length).replace(/#+$/, '');
  if (rest !== '' && !rest.endsWith('\n')) return undefined;
  const lines: EnvironmentLine[] = [];
  while (rest !== '') {
    const comment = /^#(?:\\[^]|[^\\\n])*\n/.exec(rest)?.[0];
    const [variable, name = '', value = ''] = /^([^#=\n][^=\n]*)=((?:\\[\\\n]|[^\\\n])*)\n/.exec(rest) ?? [];
    if (comment !== undefined) lines.push({ kind: 'comment', text: comment.slice(0, -1) });
    else if (variable === undefined) return undefined;
    else lines.push({ kind: 'variable', name, value: value.replace(/\\([^])/g, '$1') });
    rest = rest.slice((comment ?? variable ?? rest).length);
  }
  return lines;
}

/** The text of a grubenv of exactly 1024 bytes. Undefined where the lines need more. */
export function printGrubEnvironment(lines: readonly EnvironmentLine[]): string | undefined {
  const printed = lines.map((line) =>
    line.kind === 'comment' ? `${line.text}\n` : `${line.name}=${line.value.replace(/[\\\n]/g, '\\$&')}\n`,
  );
  const text = signature + printed.join('');
  const free = blockSize - byteLength(text);
  return free < 0 ? undefined : text + '#'.repeat(free);
}

/** Bytes of a text in UTF-8. */
function byteLength(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
