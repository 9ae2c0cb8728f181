/**
 * Why a kernel image cannot be complete, judged by its start; undefined if nothing is wrong, or if the format is not known.
 * The header of x86 has the size of the kernel (Linux, Documentation/arch/x86/boot.rst: setup_sects, syssize).
 */
export function findImageFault(bytes: Uint8Array, size: number): string | undefined {
  if (isZero(bytes)) return 'it begins with zeros';
  const view = viewOf(bytes);
  if (bytes.length < 0x206 || text(bytes, 0x202, 4) !== 'HdrS') return undefined;
  const sectors = view.getUint8(0x1f1) || 4;
  const needed = (sectors + 1) * 512 + view.getUint32(0x1f4, true) * 16;
  return size < needed ? `it has ${size} bytes, but its header says ${needed}` : undefined;
}

/** Why an initramfs cannot be complete, judged by its start; undefined if nothing is wrong. */
export function findInitrdFault(bytes: Uint8Array): string | undefined {
  return isZero(bytes) ? 'it begins with zeros' : undefined;
}

/**
 * Whether an image has a signature for Secure Boot: an executable for UEFI with an attribute certificate table (PE format:
 * "Optional Header Data Directories").
 */
export function isSignedImage(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  if (bytes.length < 0x40 || text(bytes, 0, 2) !== 'MZ') return false;
  const header = view.getUint32(0x3c, true);
  if (bytes.length < header + 24 + 152 || text(bytes, header, 4) !== 'PE\0\0') return false;
  const optional = header + 24;
  // The offset of the data directories in PE32 and PE32+.
  const directories = optional + (view.getUint16(optional, true) === 0x20b ? 112 : 96);
  return view.getUint32(directories + 4 * 8 + 4, true) > 0;
}

/** After a power cut, a file whose data was not written has zeros. */
function isZero(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte === 0);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
