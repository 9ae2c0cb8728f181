/**
 * kernel-install ignores such a line as a comment (systemd 257 and later, 90-loaderentry.install: `grep -Gv '^\s*#'`).
 */
const comment = /^\s*#/;

/**
 * The command line in the text of /etc/kernel/cmdline, on one line. As kernel-install does, it leaves out comments and
 * makes one blank of white space. kernel-install does that inside of quotes, too. Here blanks inside of quotes stay as
 * the administrator wrote them. Fedora's 20-grub.install passes comments on as words of the next boot loader entry.
 * Where there is such an entry, be-hook takes the entry.
 */
export function readCommandLineFile(text: string): string {
  const lines = text.split('\n').filter((line) => !comment.test(line));
  return lines
    .join(' ')
    .replace(/"[^"]*"|\s+/g, (found) => (found.startsWith('"') ? found : ' '))
    .trim();
}

/**
 * The text with another command line. Comments stay, in front of it. A text whose command line does not change stays as
 * it is.
 */
export function editCommandLineFile(text: string, change: (line: string) => string): string {
  const line = readCommandLineFile(text);
  const changed = change(line);
  if (changed === line) return text;
  const comments = text.split('\n').filter((line) => comment.test(line));
  return [...comments, changed, ''].join('\n');
}
