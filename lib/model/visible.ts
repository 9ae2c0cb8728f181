/**
 * Makes a text from outside safe for a terminal and for a menu: every control character, and every invisible character
 * that changes the direction of writing, becomes `?`.
 */
export function visible(text: string): string {
  return text.replace(unprintable, '?');
}

/** Whether a text holds a character that must not reach a menu, a command line or a terminal as it is. */
export function hasUnprintable(text: string): boolean {
  return text.search(unprintable) >= 0;
}

const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/g;
