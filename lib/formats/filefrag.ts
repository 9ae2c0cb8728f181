/**
 * Reads `filefrag -v FILE…` and answers the files that have an extent flagged `unwritten`, which is what fallocate(2)
 * leaves and GRUB's btrfs driver refuses ("unsupported extent type"). Files with names that filefrag cannot print on
 * one line are never among them.
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
