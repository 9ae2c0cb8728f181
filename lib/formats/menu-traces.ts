import type { FileText } from '../model/observation.ts';

/** Whether a grub.cfg hands over to a be-hook.cfg beside it; lines that lead to another grub.cfg do not. */
export function handsOver(grubCfg: FileText): boolean {
  return grubCfg.kind === 'text' && grubCfg.text.includes('/be-hook.cfg"');
}
