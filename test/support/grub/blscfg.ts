import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted } from './boot.ts';

/**
 * GRUB script that replaces `blscfg`, a command of Fedora's GRUB (rhboot/grub2, branch fedora-44,
 * grub-core/commands/blscfg.c). It is made from the entries below these directories of a mounted file system. Like the
 * command it lists the directory in `blsdir` (by default /boot/loader/entries, if there is no /loader/entries), keeps one list for the whole start, and ignores a file whose name was
 * listed before, in whatever directory that file is.
 */
export async function blscfgFor(top: string, directories: readonly string[]): Promise<string> {
  const cases: string[] = [];
  for (const directory of directories) {
    const names = (await readdir(join(top, directory))).filter((name) => name.endsWith('.conf'));
    const entries: string[] = [];
    for (const name of names.sort().reverse()) {
      entries.push(listOnce(name.slice(0, -5), await readFile(join(top, directory, name), 'utf8')));
    }
    const implied = directory === 'boot/loader/entries' ? ' -o -z "${blsdir}"' : '';
    cases.push(`  if [ "\${blsdir}" = ${quoted(`/${directory}`)}${implied} ]; then\n${entries.join('')}  fi\n`);
  }
  return `function blscfg {\n${cases.join('')}}\n`;
}

function listOnce(id: string, text: string): string {
  const field = (key: string): string => new RegExp(`^${key}[ \\t]+(.*)$`, 'm').exec(text)?.[1] ?? '';
  const listed = `bh_listed_${id.replaceAll(/[^A-Za-z0-9]/g, '_')}`;
  return `    if [ -z "\${${listed}}" ]; then
      menuentry ${quoted(field('title'))} --id ${quoted(id)} {
        linux ${field('linux')} ${field('options')}
        initrd ${field('initrd')}
      }
      set ${listed}=y
      export ${listed}
    fi
`;
}
