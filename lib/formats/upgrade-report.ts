import type { UpgradeReport } from '../model/upgrade.ts';

/** The text of a report. */
export function printUpgradeReport(report: UpgradeReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Reads a report of the copy with this uuid. Answers undefined for another's, and for what is none. */
export function parseUpgradeReport(text: string, uuid: string): UpgradeReport | undefined {
  try {
    const report = JSON.parse(text) as UpgradeReport | null;
    if (report?.version !== 1 || report.uuid !== uuid) return undefined;
    return Array.isArray(report.findings) && Array.isArray(report.command) ? report : undefined;
  } catch {
    return undefined;
  }
}
