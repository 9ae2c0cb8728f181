import { visible } from '../model/visible.ts';

/** The fields of an entry of the journal and their values (systemd.journal-fields(7)). */
export type JournalFields = Readonly<Record<string, readonly string[]>>;

/**
 * A journal entry as `logger --journald` reads it: one field on each line (logger(1)). Control characters become `?`, so
 * that a value cannot begin another field.
 */
export function printJournalEntry(fields: JournalFields): string {
  const lines = Object.entries(fields).flatMap(([name, values]) =>
    values.map((value) => `${name}=${visible(value)}\n`),
  );
  return lines.join('');
}
