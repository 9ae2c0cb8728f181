/**
 * The mount points of the EFI system partition (Boot Loader Specification, "Mount points"; Fedora and Debian use
 * /boot/efi).
 */
export const espPlaces = ['/boot/efi', '/efi', '/boot'];

/**
 * The result of `read`; an empty list where it throws. Where autofs cannot mount a partition, reading it fails with any
 * error of the driver.
 */
export function readable<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch {
    return [];
  }
}
