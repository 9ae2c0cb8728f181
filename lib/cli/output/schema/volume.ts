import * as v from 'valibot';
import { absolutePath, subvolume, version } from './common.ts';
import type { Published } from './published.ts';

/** A volume of an environment. */
export const volume = v.object({
  mountpoint: absolutePath,
  policy: v.pipe(v.nullable(v.picklist(['shared', 'cloned'])), v.description('Null if no policy is set.')),
  at: v.pipe(v.nullable(v.picklist(['create', 'boot'])), v.description('When be-hook copies a cloned volume.')),
  nested: v.pipe(
    v.boolean(),
    v.description('Whether it lies in the root or in another volume, and needs no fstab line.'),
  ),
  readOnly: v.boolean(),
  subvolume,
});

/** See `volume`. */
export type VolumeData = Published<typeof volume>;

/** The answer of `volume list`. */
export const volumesSchema = v.object({
  version,
  environments: v.array(v.object({ name: v.string(), volumes: v.array(volume) })),
});

/** See `volumesSchema`. */
export type VolumesData = Published<typeof volumesSchema>;
