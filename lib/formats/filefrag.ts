/**
 * Reads `filefrag -v FILE…` and returns the files that have an extent flagged `unwritten`. fallocate(2) leaves such
 * extents, and GRUB's btrfs driver refuses them ("unsupported extent type"). The result has no file whose name filefrag
 * cannot print on one line.
 */
export function parseUnwritten(text: string): readonly string[] {
  const found: string[] = [];
  let file = '';
  for (const line of text.split('\n')) {
    const name = /^File size of (.*) is \d+ \(\d+ blocks?/.exec(line)?.[1];
    if (name !== undefined) file = name;
    else if (/^\s*\d+:.*[ ,]unwritten\b/.test(line) && !found.includes(file)) found.push(file);
  }
  return found;
}
