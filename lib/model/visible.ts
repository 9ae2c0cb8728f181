/**
 * Makes a text from outside safe for a terminal and for a menu. Every control character, and every invisible character
 * that changes the direction of writing, becomes `?`.
 */
export function visible(text: string): string {
  return text.replace(unprintable, '?');
}

/** Whether a text has a character that is not safe in a menu, on a command line or on a terminal. */
export function hasUnprintable(text: string): boolean {
  return text.search(unprintable) >= 0;
}

const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd]/g;
