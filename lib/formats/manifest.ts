import { type Manifest, type ManifestSubvolume, type ManifestVolume, rootName } from '../model/manifest.ts';
import { hasUnprintable } from '../model/visible.ts';
import { findUnknown, type Known, readOpenFormat } from './open-format.ts';

/** The text of a manifest. */
export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** What this be-hook knows of the format. */
const known: Known = { version: 1, features: [] };

/**
 * Reads a manifest, which may come from an untrusted author. Fields that this be-hook does not know are ignored. Answers undefined
 * where a known one is missing or is not what it must be, and where the manifest requires what this be-hook does not know.
 */
export function parseManifest(text: string): Manifest | undefined {
  const value = readObject(text);
  const { name, description, filesystem, subvolumes, shared } = value;
  const open = readOpenFormat(value);
  const { uuid, sources } = asObject(filesystem);
  if (open === undefined || findUnknown(open, known).length > 0) return undefined;
  if (!isLine(name) || !(description === undefined || isLine(description))) return undefined;
  if (typeof uuid !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) return undefined;
  if (!isListOf(sources, isText) || !isListOf(shared, isVolume) || !isListOf(subvolumes, isSubvolume)) return undefined;
  if (!fitTogether(subvolumes)) return undefined;
  const more = description === undefined ? {} : { description };
  return { ...open, name, ...more, filesystem: { uuid, sources }, subvolumes, shared };
}

/** What a program must know to read this manifest, and this one does not; none for anything that is no manifest. */
export function unknownInManifest(text: string): readonly string[] {
  const open = readOpenFormat(readObject(text));
  return open === undefined ? [] : findUnknown(open, known);
}

/** One root, the first one; all others have a place in it, by a mount or inside of one that comes before. */
function fitTogether(all: readonly ManifestSubvolume[]): boolean {
  return all.every(({ name, mountpoint, inside }, index) => {
    const before = all.slice(0, index);
    if (before.some((one) => one.name === name)) return false;
    if (index === 0) return name === rootName && mountpoint === undefined && inside === undefined;
    return mountpoint !== undefined && (inside === undefined || before.some((one) => one.name === inside.name));
  });
}

function isSubvolume(value: unknown): value is ManifestSubvolume {
  const { id, path, name, mountpoint, inside } = asObject(value);
  const { name: holder, at } = asObject(inside);
  const isPlaced = inside === undefined || (isText(holder) && isText(at) && isPathInside(at));
  const named = isText(name) && /^[a-z]+(-[0-9]+)?$/.test(name);
  return named && isNumber(id) && isText(path) && (mountpoint === undefined || isMountpoint(mountpoint)) && isPlaced;
}

function isVolume(value: unknown): value is ManifestVolume {
  const { id, path, mountpoint, nested } = asObject(value);
  return isNumber(id) && isText(path) && isMountpoint(mountpoint) && typeof nested === 'boolean';
}

/** A path that leads nowhere but further inside. */
function isPathInside(path: string): boolean {
  return !path.includes('\0') && path.split('/').every((part) => !['', '.', '..'].includes(part));
}

function isMountpoint(value: unknown): value is string {
  return isText(value) && value.startsWith('/') && !value.includes('\0');
}

function isLine(value: unknown): value is string {
  return isText(value) && value.length <= 200 && !hasUnprintable(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isListOf<T>(value: unknown, is: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every((one) => is(one));
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
