import { type Mount, unescapeOctal } from './mountinfo.ts';

/**
 * The directories of a mounted overlay whose absolute paths are known. `lowerdir=` has several directories, separated
 * by colons, and a backslash escapes the next character (kernel documentation, filesystems/overlayfs). Empty for any
 * other mount.
 */
export function overlayLayers({ type, options }: Mount): readonly string[] {
  if (type !== 'overlay') return [];
  const paths = options.flatMap((option) => {
    const [, key = '', value = ''] = /^(lowerdir\+?|datadir\+|upperdir|workdir)=(.*)$/s.exec(option) ?? [];
    const text = unescapeOctal(value);
    const parts = key === 'lowerdir' ? (text.match(/(?:\\.|[^:\\])+/gs) ?? []) : [text];
    return parts.map((part) => part.replace(/\\(.)/gs, '$1'));
  });
  return paths.filter((path) => path.startsWith('/'));
}
