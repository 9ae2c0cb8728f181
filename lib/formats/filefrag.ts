/**
 * Reads `filefrag -v FILE…` and returns the files that have an extent flagged `unwritten`. fallocate(2) leaves such
 * extents, and GRUB's btrfs driver refuses them ("unsupported extent type"). Extents behind the end of the file do not
 * count: xfs reserves such space for a file that programs extend (xfs(5), `allocsize`). The result has no file whose name
 * filefrag cannot print on one line.
 */
export function parseUnwritten(text: string): readonly string[] {
  const found: string[] = [];
  let file = '';
  let blocks = 0;
  for (const line of text.split('\n')) {
    const [, name, length] = /^File size of (.*) is \d+ \((\d+) blocks?/.exec(line) ?? [];
    if (name !== undefined) [file, blocks] = [name, Number(length)];
    const start = /^\s*\d+:\s*(\d+)\.\..*[ ,]unwritten\b/.exec(line)?.[1];
    if (start !== undefined && Number(start) < blocks && !found.includes(file)) found.push(file);
  }
  return found;
}
