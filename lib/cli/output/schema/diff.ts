import * as v from 'valibot';
import type { FileAspect, KernelPart } from '../../../model/difference.ts';
import { absolutePath, problem, version } from './common.ts';
import { packageChanges, packageMove } from './packages.ts';
import type { Published } from './published.ts';
import { volume } from './volume.ts';

const side = v.pipe(v.string(), v.description('NAME or NAME@SNAPSHOT.'));
const texts = v.object({ added: v.array(v.string()), removed: v.array(v.string()) });

const kernelPart = v.picklist(['image', 'initramfs'] as const satisfies readonly KernelPart[]);

const kernels = v.object({
  ...texts.entries,
  changed: v.pipe(
    v.array(v.object({ release: v.string(), what: v.array(kernelPart) })),
    v.description('Releases that both sides have, with other content.'),
  ),
});

const packages = v.object({
  ...packageChanges.entries,
  upgraded: v.array(packageMove),
  downgraded: v.array(packageMove),
});

const aspect = v.picklist([
  'type',
  'content',
  'target',
  'device',
  'mode',
  'owner',
] as const satisfies readonly FileAspect[]);

const files = v.object({
  below: v.pipe(v.picklist(['/etc', '/']), v.description('The directory whose files were compared.')),
  added: v.array(absolutePath),
  removed: v.array(absolutePath),
  changed: v.array(v.object({ path: absolutePath, what: v.array(aspect) })),
});

const ownVolume = v.object({
  ...volume.entries,
  own: v.pipe(v.boolean(), v.description('Whether no other environment has the same subvolume.')),
});

/** A volume in the answer of `diff`. */
export type OwnVolumeData = Published<typeof ownVolume>;

const volumes = v.object({
  added: v.array(ownVolume),
  removed: v.array(ownVolume),
  changed: v.array(v.object({ mountpoint: absolutePath, from: ownVolume, to: ownVolume })),
});

/** The answer of `diff`. */
export const diffSchema = v.object({
  version,
  from: side,
  to: side,
  packages: v.pipe(v.nullable(packages), v.description('Null if the packages of one side are unknown.')),
  kernels: v.pipe(kernels, v.description('Releases of kernels.')),
  commandLine: v.pipe(texts, v.description('Arguments of the kernel command line.')),
  files,
  volumes,
  problems: v.array(problem),
});

/** See `diffSchema`. */
export type DiffData = Published<typeof diffSchema>;
