import { bootMountpoint } from './companion-command.ts';

/** The paths that messages show for paths from the top of a file system. */
export function namesBelow(top: string): (path: string) => string {
  const above = withoutTop(`${top}/`);
  return (path) => (above === 'boot/' ? `boot/${path}`.replace(/\/$/, '') : path);
}

/** A path without the prefix through which be-hook reaches the top of a file system. */
export function withoutTop(path: string): string {
  const [, mounted, rest = ''] = /^\/proc\/\d+\/root(\/[^/]+)(?:\/(.*))?$/s.exec(path) ?? [];
  if (mounted === undefined) return path;
  return mounted === bootMountpoint ? `boot/${rest}` : rest;
}
