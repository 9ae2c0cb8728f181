import type { GuestKernel } from '../guest/kernels.ts';
import type { GrubVersion } from './grub-build.ts';

/** What a boot environment on a test disk is to hold. */
export interface EnvironmentSpec {
  /** Written to /etc/be-id; the subvolume is called `@` + name unless told. */
  readonly name: string;
  readonly subvolume?: string;
  /** `tiny`: a few files, boots the reporting initramfs. `full`: Debian with rpm, dnf5, systemd; boots that. */
  readonly content: 'tiny' | 'full';
  readonly kernels: readonly GuestKernel[];
}

/** What a test disk is to hold. Both firmware kinds can boot it. */
export interface DiskSpec {
  readonly environments: readonly EnvironmentSpec[];
  /** GRUB in the firmware's hands and its modules in each environment; 2.12 unless told. */
  readonly grub?: GrubVersion;
  /** The menu directory's name below /boot: `grub` (Debian) unless told, or `grub2` (Fedora, openSUSE). */
  readonly menuDirectory?: 'grub' | 'grub2';
  /** Appended to GRUB_CMDLINE_LINUX in each environment; a serial console unless told. */
  readonly kernelOptions?: string;
  /** Size of the image; 768 for tiny and 6144 for full environments unless told (sparse). */
  readonly sizeMiB?: number;
}

/** A {@link DiskSpec} with its defaults filled in. */
export type CompleteDiskSpec = Required<Omit<DiskSpec, 'environments'>> & {
  readonly environments: readonly Required<EnvironmentSpec>[];
};

/** Fills in the defaults. */
export function completeSpec(spec: DiskSpec): CompleteDiskSpec {
  const full = spec.environments.some((environment) => environment.content === 'full');
  return {
    grub: spec.grub ?? '2.12',
    menuDirectory: spec.menuDirectory ?? 'grub',
    // An emulated timer is late on a busy machine, and the kernel would give up ("IO-APIC + timer doesn't work").
    kernelOptions: spec.kernelOptions ?? 'console=ttyS0 quiet panic=-1 no_timer_check',
    sizeMiB: spec.sizeMiB ?? (full ? 6144 : 768),
    environments: spec.environments.map((environment) => ({
      subvolume: `@${environment.name}`,
      ...environment,
    })),
  };
}
