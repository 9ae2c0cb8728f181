/** The facts about the distribution's own grub.cfg that its text shows. */
export interface DistributionMenu {
  /** Whether its entries come from BLS snippets, which GRUB reads afresh at each start. */
  readonly bls: boolean;
  /** Whether a menu generator wrote it. */
  readonly generated: boolean;
  /** File names of the kernel images that the section of `10_linux` boots. Empty where a person wrote the menu. */
  readonly images: ReadonlySet<string>;
  /** Whether its entries boot without a password. */
  readonly unrestricted: boolean;
  readonly hasEntries: boolean;
  /** The kernels of the section of `10_linux`. Where a person wrote the menu, all kernels of it. */
  readonly kernels: readonly MenuKernel[];
}

/** A kernel that a menu boots. */
export interface MenuKernel {
  /** The name of the file. */
  readonly image: string;
  /** The command line, as GRUB reads it. */
  readonly options: string;
}

/** Reads these facts from a grub.cfg that a menu generator wrote. */
export function scanDistributionMenu(grubCfg: string): DistributionMenu {
  const section = /^### BEGIN \S*10_linux\S* ###$([\s\S]*?)^### END \S*10_linux\S* ###$/m.exec(grubCfg)?.[1];
  const kernels = [...(section ?? grubCfg).matchAll(/^\s*linux(?:16|efi)?\s+(\S+)(.*)$/gm)].map(
    ([, path = '', options = '']) => ({ image: path.split('/').at(-1) ?? '', options }),
  );
  const bls = /^\s*blscfg\b/m.test(grubCfg);
  const headings = [...grubCfg.matchAll(/^\s*menuentry\s.*$/gm)].map((match) => match[0]);
  return {
    generated: section !== undefined,
    bls,
    images: new Set(section === undefined ? [] : kernels.map(({ image }) => image)),
    unrestricted: bls || headings.length === 0 || headings.some((heading) => heading.includes('--unrestricted')),
    hasEntries: bls || headings.length > 0,
    kernels,
  };
}
