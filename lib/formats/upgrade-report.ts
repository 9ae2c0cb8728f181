import { isMistake, type UpgradeReport } from '../model/upgrade.ts';

/** The text of a report. */
export function printUpgradeReport(report: UpgradeReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/**
 * Reads a report of the copy with this uuid. Answers undefined for another's, and for what is none; findings of a newer
 * be-hook are left out.
 */
export function parseUpgradeReport(text: string, uuid: string): UpgradeReport | undefined {
  try {
    const report = JSON.parse(text) as UpgradeReport | null;
    if (report?.version !== 1 || report.uuid !== uuid || typeof report.began !== 'number') return undefined;
    const { findings } = report;
    if (!isList(findings) || !isList(report.command)) return undefined;
    const known = findings.filter(({ kind }) => Object.hasOwn(isMistake, kind));
    return { ...report, findings: known };
  } catch {
    return undefined;
  }
}

function isList(value: readonly unknown[]): boolean {
  return Array.isArray(value);
}
