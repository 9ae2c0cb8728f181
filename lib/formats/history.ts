/** One line of the history: who asked for what, and when. */
export interface HistoryEntry {
  /** Seconds since 1970. */
  readonly time: number;
  readonly user: string;
  readonly command: readonly string[];
}

/** Reads the history. A line that was cut short, or that nobody understands, is passed over. */
export function parseHistory(text: string): readonly HistoryEntry[] {
  return text.split('\n').flatMap((line) => {
    try {
      const value = JSON.parse(line) as Readonly<Record<string, unknown>> | null;
      const { time, user, command } = value ?? {};
      if (typeof time !== 'number' || typeof user !== 'string' || !Array.isArray(command)) return [];
      return [{ time, user, command: command.map(String) }];
    } catch {
      return [];
    }
  });
}
