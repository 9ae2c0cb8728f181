/** Bytes of a GRUB environment block, neither more nor less (GRUB manual, "Environment block"). */
export const blockSize = 1024;

const signature = '# GRUB Environment Block\n';

/** The variables of an environment block. Undefined for any other text. */
export function parseEnvironmentBlock(text: string): ReadonlyMap<string, string> | undefined {
  if (!text.startsWith(signature)) return undefined;
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return new Map(
    lines.flatMap((line) => {
      const equals = line.indexOf('=');
      return equals < 0 ? [] : [[line.slice(0, equals), line.slice(equals + 1)] as const];
    }),
  );
}

/** The text of be-hook's own environment block: one variable, whose value must have no line break and no backslash. */
export function printEnvironmentBlock(name: string, value: string): string {
  return `${signature}${name}=${value}\n`.padEnd(blockSize, '#');
}
