/** One drawing of a menu, as the user sees it. */
export interface ShownMenu {
  /** The visible titles. GRUB shows about eleven, and shortens long ones. */
  readonly titles: readonly string[];
  /** The index of the highlighted title, from 0; -1 if no title is highlighted. */
  readonly highlighted: number;
}

/** GRUB hides the cursor when it begins to draw a menu, and at no other time. */
export const menuBegins = '\x1b[?25l';

/** Every menu in the output of the emulator, in order. */
export function menusIn(output: string): ShownMenu[] {
  return output
    .split(menuBegins)
    .slice(1)
    .map((drawing) => readMenu(render(drawing)));
}

/** The lines outside the menus: messages of commands and errors, without terminal control sequences. */
export function messagesIn(output: string): string[] {
  const outside = output.replaceAll(/\x1b\[\?25l[^]*?(?=\x1b\[\?25h|$)/g, '\n');
  const text = outside.replaceAll(/\x1b\[\d*(?:;\d+)?[HJ]/g, '\n').replaceAll(/\x1b\[[?\d;]*[a-zA-Z]/g, '');
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Draws text with the few control sequences of grub-emu's console, up to the first clearing of the screen. */
function render(drawing: string): string[][] {
  const rows: string[][] = Array.from({ length: 25 }, () => []);
  let row = 0;
  let column = 0;
  const clearing = drawing.indexOf('\x1b[H\x1b[J', drawing.indexOf('┏') + 1);
  const shown = clearing === -1 ? drawing : drawing.slice(0, clearing);
  for (const [token, line, place] of shown.matchAll(/\x1b\[(?:(\d+);(\d+)H|[?\d;]*[a-zA-Z])|[^]/gu)) {
    if (line !== undefined) [row, column] = [Number(line) - 1, Number(place) - 1];
    else if (token === '\n') [row, column] = [row + 1, 0];
    else if (token === '\r') column = 0;
    else if (!token.startsWith('\x1b')) {
      const cells = rows[row];
      if (cells !== undefined) cells[column] = token;
      column += 1;
    }
  }
  return rows;
}

function readMenu(rows: readonly string[][]): ShownMenu {
  const inside = rows.filter((cells) => cells[1] === '┃').map((cells) => cells.slice(2, 78).join(''));
  const lines = inside.filter((line) => line.trim() !== '');
  return {
    titles: lines.map((line) => line.slice(1).trim()),
    highlighted: lines.findIndex((line) => line.startsWith('*')),
  };
}
