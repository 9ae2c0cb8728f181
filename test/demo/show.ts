import type { GrubRun } from '../support/grub/boot.ts';

const bold = process.stdout.isTTY ? (text: string): string => `\x1b[1m${text}\x1b[0m` : (text: string): string => text;

/** Prints one line. */
export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a heading, and below it a sentence that describes the step. */
export function heading(title: string, description: string): void {
  say();
  say(bold(title));
  say(description);
}

/** Prints a command as a user types it, and its output. */
export function showCommand(command: string, output = ''): void {
  say(`  # ${command}`);
  for (const line of output.split('\n').filter((text) => text !== '')) say(`  ${line}`);
}

/** Prints the menu that GRUB showed, and its command that loads the kernel of the default. */
export function showGrub(version: string, { menus, booted }: GrubRun): void {
  say(`  GRUB ${version} shows this menu:`);
  const menu = menus.at(-1);
  for (const [index, title] of (menu?.titles ?? []).entries())
    say(`  ${index === menu?.highlighted ? '  * ' : '    '}${title}`);
  say(`  and loads by default: ${booted?.linux.slice(0, 4).join(' ') ?? 'nothing'}`);
}
