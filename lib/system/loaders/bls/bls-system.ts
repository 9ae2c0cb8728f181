import { readFileSync } from 'node:fs';
import {
  type BlsMachineFacts,
  type BlsPartition,
  type BlsRootFacts,
  blsName,
  entriesDirectory,
} from '../../../bootloaders/bls/facts.ts';
import { readEntries } from '../../entry-kernels.ts';
import { readable } from '../../esp.ts';
import { listNames, stat } from '../../files.ts';
import { listInside, type Root, readInside } from '../../inside.ts';
import type { LoaderSystem } from '../loader-system.ts';

/** The variable in which systemd-boot finds its default (systemd, "Boot Loader Interface"). */
const chosenFile = '/sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';

/** systemd-boot on the machine. */
export const blsSystem: LoaderSystem = {
  directories: [],
  variableFiles: [],
  entriesNameKernels: true,
  observeMachine: (runs): BlsMachineFacts => ({ loader: blsName, chosen: runs ? readChosen() : undefined }),
  observeRoot: (_root, _machine, boot): Promise<BlsRootFacts> =>
    Promise.resolve({ loader: blsName, partition: boot === undefined ? undefined : readPartition(boot) }),
  optionFiles: () => [],
  observeOneShot: () => {
    const why = 'systemd-boot takes such a request only from bootctl set-oneshot';
    return Promise.resolve({ mountpoint: undefined, why, filesystemUuid: undefined, next: undefined });
  },
  writeNext: () => undefined,
  refreshDistributionMenu: () => Promise.resolve(),
};

/** What has been read on each partition: all roots that mount it share the facts. */
const partitions = new WeakMap<Root, BlsPartition>();

function readPartition(boot: Root): BlsPartition {
  const known = partitions.get(boot);
  if (known !== undefined) return known;
  const own = listInside(boot, entriesDirectory, /^be-hook-.*\.conf$/);
  const staged = listNames(`${boot.top}/${entriesDirectory}`).filter((name) => /^\.be-hook-.*\.be-hook-tmp/.test(name));
  const read: BlsPartition = {
    entries: own.map((path) => readInside(boot, path)),
    distribution: readEntries(boot, entriesDirectory),
    settings: readInside(boot, 'loader/loader.conf'),
    unfinishedWork: staged.map((name) => `${entriesDirectory}/${name}`),
  };
  partitions.set(boot, read);
  return read;
}

function readChosen(): string | undefined {
  if (stat(chosenFile) === undefined) return undefined;
  // Four bytes of attributes, then UTF-16 (Linux, Documentation/filesystems/efivarfs.rst).
  return readable(() => [readFileSync(chosenFile).subarray(4).toString('utf16le').replaceAll('\0', '').trim()])[0];
}
