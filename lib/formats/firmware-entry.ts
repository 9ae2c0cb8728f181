/** A boot entry of UEFI firmware. */
export interface FirmwareEntry {
  readonly label: string;
  /** The firmware skips an inactive entry. */
  readonly active: boolean;
  /** The GUID of the partition in the partition table, in lower case; undefined if the entry names none. */
  readonly partition: string | undefined;
  /** The program on that partition, with slashes and without a leading one; undefined if the entry names none. */
  readonly file: string | undefined;
}

/** The bytes in front of each variable: its attributes (Linux, Documentation/filesystems/efivarfs.rst). */
const attributesSize = 4;

/** The numbers of the boot entries in the order in which the firmware tries them, from the variable `BootOrder`. */
export function parseBootOrder(variable: Uint8Array): readonly number[] {
  const view = viewOf(variable);
  const count = Math.max(0, Math.floor((variable.length - attributesSize) / 2));
  return Array.from({ length: count }, (_, index) => view.getUint16(attributesSize + 2 * index, true));
}

/** The name of the variable of a boot entry, without the GUID of its vendor. */
export function bootVariable(number: number): string {
  return `Boot${number.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * Reads the variable of a boot entry (UEFI specification, "Load Options" and "Device Path Protocol"). Undefined if it is
 * damaged.
 */
export function parseFirmwareEntry(variable: Uint8Array): FirmwareEntry | undefined {
  const bytes = variable.subarray(attributesSize);
  const view = viewOf(bytes);
  const end = findTextEnd(view, 6);
  if (end === undefined) return undefined;
  const nodes = readNodes(bytes.subarray(end + 2, end + 2 + view.getUint16(4, true)));
  if (nodes === undefined) return undefined;
  const disk = nodes.find(({ type, kind }) => type === 4 && kind === 1);
  const file = nodes.find(({ type, kind }) => type === 4 && kind === 4);
  return {
    label: readText(bytes.subarray(6, end)),
    active: (view.getUint32(0, true) & 1) === 1,
    partition: disk === undefined ? undefined : readPartition(disk.data),
    file: file === undefined ? undefined : readText(file.data).replaceAll('\\', '/').replace(/^\/+/, ''),
  };
}

interface Node {
  readonly type: number;
  readonly kind: number;
  readonly data: Uint8Array;
}

/** The nodes of a device path up to its end. Undefined if a length is wrong. */
function readNodes(bytes: Uint8Array): readonly Node[] | undefined {
  const nodes: Node[] = [];
  const view = viewOf(bytes);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const [type, kind, length] = [view.getUint8(at), view.getUint8(at + 1), view.getUint16(at + 2, true)];
    if (type === 0x7f) return nodes;
    if (length < 4 || at + length > bytes.length) return undefined;
    nodes.push({ type, kind, data: bytes.subarray(at + 4, at + length) });
    at += length;
  }
  return undefined;
}

/** The GUID of a GPT partition: the signature in a node "Hard Drive", if its type is 2. */
function readPartition(data: Uint8Array): string | undefined {
  if (data.length < 38 || data[37] !== 2) return undefined;
  const hex = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    .map((index) => (data[20 + index] ?? 0).toString(16).padStart(2, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function findTextEnd(view: DataView, from: number): number | undefined {
  for (let at = from; at + 2 <= view.byteLength; at += 2) if (view.getUint16(at, true) === 0) return at;
  return undefined;
}

/** UTF-16 up to its end or to the first NUL. */
function readText(bytes: Uint8Array): string {
  const view = viewOf(bytes);
  const end = findTextEnd(view, 0) ?? bytes.length - (bytes.length % 2);
  const units = Array.from({ length: end / 2 }, (_, index) => view.getUint16(2 * index, true));
  return String.fromCharCode(...units);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
