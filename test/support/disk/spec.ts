import type { GuestKernel } from '../guest/kernels.ts';
import type { GrubVersion } from './grub-build.ts';

/** The content of a boot environment on a test disk. */
export interface EnvironmentSpec {
  /** Written to /etc/be-id. The default path of the subvolume is `@` + name. */
  readonly name: string;
  readonly subvolume?: string;
  /** `tiny`: a few files; the reporting initramfs boots. `full`: Debian with rpm, dnf5 and systemd; Debian boots. */
  readonly content: 'tiny' | 'full';
  readonly kernels: readonly GuestKernel[];
}

/** The content of a test disk. Both kinds of firmware can boot it. */
export interface DiskSpec {
  readonly environments: readonly EnvironmentSpec[];
  /** The GRUB release that the firmware starts, and its modules in each environment. Default: 2.12. */
  readonly grub?: GrubVersion;
  /** The name of the GRUB directory below /boot: `grub` (Debian, the default) or `grub2` (Fedora, openSUSE). */
  readonly menuDirectory?: 'grub' | 'grub2';
  /** Appended to GRUB_CMDLINE_LINUX in each environment. Default: a serial console. */
  readonly kernelOptions?: string;
  /** Size of the sparse image. Default: 768 for tiny and 6144 for full environments. */
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
    // An emulated timer is late on a busy machine, and the kernel then panics ("IO-APIC + timer doesn't work").
    kernelOptions: spec.kernelOptions ?? 'console=ttyS0 quiet panic=-1 no_timer_check',
    sizeMiB: spec.sizeMiB ?? (full ? 6144 : 768),
    environments: spec.environments.map((environment) => ({
      subvolume: `@${environment.name}`,
      ...environment,
    })),
  };
}
