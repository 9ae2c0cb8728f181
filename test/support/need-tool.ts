import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { skip } from './skip.ts';

const places = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Skips the running test if a program is not installed. */
export function needTool(...names: readonly string[]): void {
  for (const name of names) {
    if (!places.some((place) => isProgram(join(place, name)))) skip(`${name} is not installed`);
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
