import type { FileText } from '../model/observation.ts';

/** Whether a grub.cfg loads a be-hook.cfg beside it. Lines that load another grub.cfg do not count. */
export function handsOver(grubCfg: FileText): boolean {
  return grubCfg.kind === 'text' && grubCfg.text.includes('/be-hook.cfg"');
}
