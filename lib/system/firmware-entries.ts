import { readFileSync } from 'node:fs';
import { bootVariable, type FirmwareEntry, parseBootOrder, parseFirmwareEntry } from '../formats/firmware-entry.ts';
import type { Mount } from '../formats/mountinfo.ts';
import type { FirmwareStart } from '../model/health-evidence.ts';
import { espPlaces, readable } from './esp.ts';
import { stat } from './files.ts';
import { query } from './query.ts';

/** The variables of UEFI itself (UEFI specification, "Globally Defined Variables"). */
const globalVariable = '8be4df61-93ca-11d2-aa0d-00e098032b8c';

/** The bytes of a variable of the firmware; undefined if it does not exist or cannot be read. */
export function readVariable(name: string): Uint8Array | undefined {
  const path = `/sys/firmware/efi/efivars/${name}-${globalVariable}`;
  return stat(path) === undefined ? undefined : readable(() => [readFileSync(path)])[0];
}

/**
 * The program that the firmware tries first, and whether it exists. Undefined on a machine without UEFI, and if the
 * partition of the program is not mounted where an EFI system partition belongs.
 */
export async function readFirmwareStart(mounts: readonly Mount[]): Promise<FirmwareStart | undefined> {
  const entry = findFirst();
  if (entry?.file === undefined || entry.partition === undefined) return undefined;
  const place = await findPlace(entry.partition, mounts);
  if (place === undefined) return undefined;
  const path = `${place}/${entry.file}`;
  const exists = readable(() => [stat(path)?.kind === 'file'])[0];
  return exists === undefined ? undefined : { label: entry.label, path, exists };
}

function findFirst(): FirmwareEntry | undefined {
  const order = readVariable('BootOrder');
  for (const number of order === undefined ? [] : parseBootOrder(order)) {
    const variable = readVariable(bootVariable(number));
    const entry = variable === undefined ? undefined : parseFirmwareEntry(variable);
    if (entry?.active === true) return entry;
  }
  return undefined;
}

/** Where the partition with this GUID is mounted. */
async function findPlace(partition: string, mounts: readonly Mount[]): Promise<string | undefined> {
  for (const place of espPlaces) {
    const mount = mounts.findLast(({ mountpoint, type }) => mountpoint === place && type === 'vfat');
    if (mount === undefined) continue;
    const args = ['-p', '-o', 'value', '-s', 'PART_ENTRY_UUID', mount.source];
    const { stdout } = await query('blkid', args, { expect: 'any' });
    if (stdout.trim().toLowerCase() === partition) return place;
  }
  return undefined;
}
