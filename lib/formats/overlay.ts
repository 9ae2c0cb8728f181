import { type Mount, unescapeOctal } from './mountinfo.ts';

/**
 * The directories that a mounted overlay is made of, as far as they are known by absolute paths (kernel documentation,
 * filesystems/overlayfs: `lowerdir=` has several, separated by colons, in which a backslash escapes the next character).
 * None for any other mount.
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
