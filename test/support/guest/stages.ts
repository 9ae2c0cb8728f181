import type { ListedEnvironment, MenuData } from '../program.ts';

/** The boot menu of a guest at one moment of its job. */
export interface Stage {
  readonly name: string;
  /** The output of `be-hook menu --json` and `be-hook list --json`. */
  readonly menu: MenuData;
  readonly environments: readonly ListedEnvironment[];
  /** be-hook.cfg of each GRUB directory, by the directory's path from the top of the file system. */
  readonly menuDirectories: ReadonlyMap<string, string>;
  /** The running environment's grub.cfg. */
  readonly grubCfg: string;
  /** Files that the be-hook.cfg of a GRUB directory names, and that are empty or missing. */
  readonly missing: string;
}

/**
 * Shell functions for a job. `stage NAME` prints a stage for {@link parseStages}. All values are in base64, so that no
 * output of the programs can be confused with them.
 */
export const stageFunctions = `
top=/run/be-hook-test-top
mkdir -p $top
mountpoint -q $top || mount -t btrfs -o subvolid=5 "$(findmnt -n -o SOURCE / | sed 's/\\[.*//')" $top
field() { printf ' %s:%s' "$1" "$(base64 -w0)"; }
missing() {
  cat $top/@*/boot/grub/be-hook.cfg | grep -E '^[[:space:]]*(linux|initrd) ' | grep -oE "/@[^' ]+/(boot|lib)/[^' ]+" |
    sort -u | while read -r path; do [ -s "$top$path" ] || echo "$path"; done
}
stage() {
  be-hook menu --json >$top-menu &
  be-hook list --json >$top-list
  wait $!
  printf '\\nSTAGE'
  echo "$1" | field name
  field menu <$top-menu
  field list <$top-list
  for home in $top/@*/boot/grub; do field "\${home#$top}" <"$home/be-hook.cfg"; done
  field grub.cfg </boot/grub/grub.cfg
  missing | field missing
  printf '\\n'
}
`;

/** The stages in a job's output, in order. */
export function parseStages(output: string): Stage[] {
  return [...output.matchAll(/^STAGE (.*)$/gm)].map(([, line = '']) => {
    const fields = new Map(
      line.split(' ').map((field) => {
        const [name = '', value = ''] = field.split(':');
        return [name, Buffer.from(value, 'base64').toString('utf8')];
      }),
    );
    const text = (name: string) => (fields.get(name) ?? '').trim();
    const list = JSON.parse(text('list')) as { environments: readonly ListedEnvironment[] };
    return {
      name: text('name'),
      menu: JSON.parse(text('menu')) as MenuData,
      environments: list.environments,
      menuDirectories: new Map([...fields].filter(([name]) => name.startsWith('/'))),
      grubCfg: text('grub.cfg'),
      missing: text('missing'),
    };
  });
}

/** The output of a job without its stages. */
export function withoutStages(output: string): string {
  return output.replace(/^STAGE .*\n/gm, '');
}
