/**
 * The words of each simple command of a shell command line, without its redirections. Supports quotes, `|`, `&&`,
 * `<` and `>`, which the examples use. The command line after `ssh HOST` is a separate command.
 */
export function parseShellWords(line: string): readonly (readonly string[])[] {
  const tokens = line.match(/&&|[|<>]|(?:'[^']*'|"[^"]*"|[^\s|<>&'"])+/g) ?? [];
  const commands: string[][] = [[]];
  for (const [index, token] of tokens.entries()) {
    if (token === '|' || token === '&&') commands.push([]);
    else if (!/^[<>]$/.test(token) && !/^[<>]$/.test(tokens[index - 1] ?? '')) commands.at(-1)?.push(unquote(token));
  }
  return commands.map((words) => (words[0] === 'ssh' ? words.slice(2) : words));
}

function unquote(token: string): string {
  return token.replaceAll(/'([^']*)'|"([^"]*)"/g, (_all, single?: string, double?: string) => single ?? double ?? '');
}
