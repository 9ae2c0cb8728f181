import type { Assignments } from '../../formats/shell-assignments.ts';
import type { MenuSettings } from '../../model/menu.ts';
import type { MenuConsole } from './grub-menu.ts';

/**
 * Derives the behaviour of the distribution's menu from the settings that `00_header` of grub-mkconfig reads (GRUB
 * manual, "Simple configuration").
 */
export function interpretMenuSettings(defaults: Assignments): Pick<MenuSettings, 'timeout' | 'timeoutStyle'> {
  const style = defaults.get('GRUB_TIMEOUT_STYLE');
  const hidden = defaults.get('GRUB_HIDDEN_TIMEOUT');
  // make_timeout takes 0 for “not hidden” (util/grub.d/00_header.in of upstream, Fedora and openSUSE).
  const isHidden = hidden !== undefined && hidden !== '0' && /^[0-9]+$/.test(hidden);
  const legacy = (style === undefined || style === '') && isHidden;
  const quiet = defaults.get('GRUB_HIDDEN_TIMEOUT_QUIET') === 'true';
  if (legacy) return { timeout: Number(hidden), timeoutStyle: quiet ? 'hidden' : 'countdown' };
  return {
    timeout: timeoutOf(defaults.get('GRUB_TIMEOUT')),
    timeoutStyle: style === 'hidden' || style === 'countdown' ? style : 'menu',
  };
}

/**
 * Derives the terminals of the distribution's menu from the settings that `00_header` reads. `gfxterm` is left to the
 * distribution's grub.cfg, which runs before be-hook's menu and loads its fonts.
 */
export function interpretConsole(defaults: Assignments, unrestricted: boolean): MenuConsole {
  const both = defaults.get('GRUB_TERMINAL') ?? '';
  const input = splitSetting(both === '' ? defaults.get('GRUB_TERMINAL_INPUT') : both);
  const output = splitSetting(both === '' ? defaults.get('GRUB_TERMINAL_OUTPUT') : both);
  const serial = [...input, ...output].some((word) => word.startsWith('serial'));
  return {
    terminalInput: input.includes('gfxterm') ? [] : input,
    terminalOutput: output.includes('gfxterm') ? [] : output,
    serial: serial ? splitSetting(defaults.get('GRUB_SERIAL_COMMAND')).filter((word) => word !== 'serial') : undefined,
    unrestricted,
  };
}

const usualTimeout = 5;

function timeoutOf(text: string | undefined): number {
  return text !== undefined && /^(-1|[0-9]{1,6})$/.test(text.trim()) ? Number(text) : usualTimeout;
}

// Only words that such a setting can have. Other words are no terminals, and a menu must not contain text that be-hook
// cannot interpret.
function splitSetting(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((word) => /^[A-Za-z0-9=_-]+$/.test(word));
}
