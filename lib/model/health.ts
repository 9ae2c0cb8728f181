import type { BeName } from './be-name.ts';

/**
 * How bad a finding is. `broken`: an environment, or the machine, does not boot. `degraded`: it boots, but something that
 * be-hook promises is not so. `note`: nothing is wrong now.
 */
export const healthClasses = ['broken', 'degraded', 'note'] as const;

/** One of `healthClasses`. */
export type HealthClass = (typeof healthClasses)[number];

/** What a check tests, for people: a statement that is true on a healthy machine. */
interface HealthCheck {
  readonly class: HealthClass;
  readonly states: string;
}

/** All checks of `be-hook doctor`, in the order of a boot. */
export const healthChecks = {
  'firmware-entry': { class: 'degraded', states: 'the program that the firmware starts first exists' },
  'firmware-stub': {
    class: 'broken',
    states: 'the grub.cfg on the EFI system partition leads to a GRUB directory of this file system',
  },
  'menu-directory': { class: 'broken', states: 'a directory exists from which the boot loader reads its menu' },
  'set-up': { class: 'note', states: 'be-hook has its menu on this machine' },
  'loads-menu': { class: 'degraded', states: 'the configuration of the boot loader is readable and loads the menu' },
  menu: { class: 'degraded', states: 'the boot loader shows a menu of be-hook that is whole' },
  'menu-current': { class: 'degraded', states: 'the menu matches the environments and their kernels' },
  'menu-files': { class: 'broken', states: 'every file that the menu names exists' },
  'menu-complete': { class: 'note', states: 'the menu shows all kernels' },
  'distribution-default': { class: 'degraded', states: 'the menu follows the default of the distribution' },
  hooks: { class: 'degraded', states: 'hooks of be-hook keep the menu current' },
  'last-sync': { class: 'degraded', states: 'no earlier sync waits to be completed' },
  layout: { class: 'broken', states: 'be-hook supports the place of the kernels' },
  readable: { class: 'broken', states: 'be-hook can read all files that decide about a boot' },
  safe: { class: 'broken', states: 'no user other than root can change an environment' },
  writable: { class: 'broken', states: 'the root is writable' },
  kernels: { class: 'broken', states: 'there is a kernel to boot' },
  'kernel-files': { class: 'degraded', states: 'the boot loader can read each kernel and its initramfs' },
  'kernel-content': { class: 'broken', states: 'each kernel and each initramfs is whole' },
  'kept-content': { class: 'broken', states: 'each copy of a kernel on /boot has the content that its name says' },
  'kernel-options': { class: 'degraded', states: 'be-hook understands the options of each kernel' },
  'secure-boot': { class: 'broken', states: 'each kernel is signed if Secure Boot is on' },
  init: { class: 'broken', states: 'there is a program that the kernel can start' },
  fstab: { class: 'broken', states: 'each required line of fstab can be mounted' },
  devices: { class: 'broken', states: 'each file system that fstab requires exists' },
  'machine-id': { class: 'note', states: 'the system has a machine id' },
  labels: { class: 'note', states: 'SELinux does not relabel the system at the next start' },
  names: { class: 'degraded', states: 'each subvolume and each environment has a name of its own' },
  marks: { class: 'note', states: 'each mark belongs to the subvolume that has it' },
  configuration: { class: 'note', states: 'the settings of be-hook and of the system are correct' },
  'unfinished-work': { class: 'note', states: 'no interrupted command left work' },
  'upgrade-state': { class: 'note', states: 'no copy is unfinished' },
  'store-access': { class: 'degraded', states: 'no user other than root can enter the directory of the copies' },
  space: { class: 'note', states: 'there is space for a new kernel and for changes' },
  other: { class: 'degraded', states: 'no other problem is known' },
} as const satisfies Record<string, HealthCheck>;

/** The name of a check. */
export type HealthCheckName = keyof typeof healthChecks;

/** Something that is not as it should be. */
export interface HealthFinding {
  readonly check: HealthCheckName;
  /** Undefined for a finding about the machine. */
  readonly environment: BeName | undefined;
  /** What is wrong, and where. */
  readonly message: string;
  /** What to do next. */
  readonly remedy: string;
}

/** The class of a finding. */
export function classOf({ check }: Pick<HealthFinding, 'check'>): HealthClass {
  return healthChecks[check].class;
}

/** The health of everything that was checked: the worst class of the findings. Notes leave it healthy. */
export type Health = 'healthy' | 'degraded' | 'broken';

/** See `Health`. */
export function healthOf(findings: readonly Pick<HealthFinding, 'check'>[]): Health {
  const classes = findings.map(classOf);
  if (classes.includes('broken')) return 'broken';
  return classes.includes('degraded') ? 'degraded' : 'healthy';
}
