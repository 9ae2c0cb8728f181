import * as v from 'valibot';
import { type Manifest, type ManifestSubvolume, rootName } from '../model/manifest.ts';
import { hasUnprintable } from '../model/visible.ts';
import { parseJsonObject, readValue } from './json.ts';
import { findUnknown, type Known, readOpenFormat } from './open-format.ts';

/** The text of a manifest. */
export function printManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The version and the features of the format that this be-hook knows. */
const known: Known = { version: 1, features: [] };

const line = v.pipe(
  v.string(),
  v.maxLength(200),
  v.check((text) => !hasUnprintable(text)),
);
const mountpoint = v.pipe(
  v.string(),
  v.startsWith('/'),
  v.check((path) => !path.includes('\0')),
);
/** A path that leads only further inside. */
const pathInside = v.pipe(
  v.string(),
  v.check((path) => !path.includes('\0') && path.split('/').every((part) => !['', '.', '..'].includes(part))),
);
const id = v.pipe(v.number(), v.safeInteger());

const subvolume = v.object({
  id,
  path: v.string(),
  name: v.pipe(v.string(), v.regex(/^[a-z]+(-[0-9]+)?$/)),
  mountpoint: v.exactOptional(mountpoint),
  inside: v.exactOptional(v.object({ name: v.string(), at: pathInside })),
});

const manifestFields = v.object({
  name: line,
  description: v.exactOptional(line),
  filesystem: v.object({
    uuid: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
    sources: v.array(v.string()),
  }),
  subvolumes: v.pipe(
    v.array(subvolume),
    v.check((subvolumes) => fitTogether(subvolumes)),
  ),
  shared: v.array(v.object({ id, path: v.string(), mountpoint, nested: v.boolean() })),
});

/**
 * Reads a manifest, which may come from an untrusted author. Fields that this be-hook does not know are ignored.
 * Returns undefined where a known field is missing or invalid, and where the manifest requires features that this
 * be-hook does not know.
 */
export function parseManifest(text: string): Manifest | undefined {
  const object = parseJsonObject(text);
  const open = readOpenFormat(object);
  if (open === undefined || findUnknown(open, known).length > 0) return undefined;
  const manifest = readValue(manifestFields, object);
  return manifest && { ...open, ...manifest };
}

/** The features that a manifest requires and this be-hook does not know. Empty for any other text. */
export function unknownInManifest(text: string): readonly string[] {
  const open = readOpenFormat(parseJsonObject(text));
  return open === undefined ? [] : findUnknown(open, known);
}

/**
 * Whether exactly the first subvolume is a root, and all others have a place in it: a mount point or an earlier
 * subvolume.
 */
function fitTogether(subvolumes: readonly ManifestSubvolume[]): boolean {
  return subvolumes.every(({ name, mountpoint, inside }, index) => {
    const before = subvolumes.slice(0, index);
    if (before.some((candidate) => candidate.name === name)) return false;
    if (index === 0) return name === rootName && mountpoint === undefined && inside === undefined;
    return (
      mountpoint !== undefined && (inside === undefined || before.some((candidate) => candidate.name === inside.name))
    );
  });
}
