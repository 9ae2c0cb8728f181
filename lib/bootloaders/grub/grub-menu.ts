import type { Menu } from '../../model/menu.ts';

/** The settings of GRUB's own that be-hook's menu takes from the distribution's menu. */
export interface MenuConsole {
  readonly terminalInput: readonly string[];
  readonly terminalOutput: readonly string[];
  /** The arguments of GRUB's `serial` command, or undefined where no serial port is set up. */
  readonly serial: readonly string[] | undefined;
  /** Whether entries boot without a password when the distribution protects its menu with one. */
  readonly unrestricted: boolean;
}

/** A menu with everything that be-hook.cfg contains. */
export interface GrubMenu {
  readonly menu: Menu;
  readonly console: MenuConsole;
}
