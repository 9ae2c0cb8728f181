import * as v from 'valibot';
import type { Package, PackageMove } from '../model/package.ts';
import type { JobStage, UpgradeReport } from '../model/upgrade.ts';
import { findingSchema, isFindingKind } from './finding.ts';
import { parseJsonObject, readValue } from './json.ts';
import { findUnknown, type Known, readOpenFormat } from './open-format.ts';
import { parseArch, printArch } from './rpm-packages.ts';

/**
 * The text of a report. In it a package without an architecture has the architecture that rpm prints, because every
 * be-hook requires a text there.
 */
export function printUpgradeReport(report: UpgradeReport): string {
  const printed = (packages: readonly (Package | PackageMove)[]): readonly object[] =>
    packages.map((candidate) => ({ ...candidate, arch: printArch(candidate.arch) }));
  const { packages, ...rest } = report;
  const { added, removed, changed } = packages ?? { added: [], removed: [], changed: [] };
  const lists = { ...packages, added: printed(added), removed: printed(removed), changed: printed(changed) };
  return `${JSON.stringify({ ...rest, ...(packages === undefined ? {} : { packages: lists }) }, null, 2)}\n`;
}

/** The version and the features of the format that this be-hook knows. */
const known: Known = { version: 1, features: [] };

/** A report that requires features which this be-hook does not know. */
export interface NewerReport {
  readonly unknown: readonly string[];
}

/** The stages that a job can reach. */
export const jobStages = ['packages', 'post-upgrade', 'done'] as const satisfies readonly JobStage[];

/** Seconds that a Date can hold (ECMA-262, "Time Values and Time Range"). */
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(8.64e12));
const arch = v.pipe(v.string(), v.transform(parseArch));
const installed = v.looseObject({ name: v.string(), version: v.string(), arch });
const changed = v.looseObject({ name: v.string(), arch, from: v.string(), to: v.string() });

/** Findings of kinds that this version does not know come from a later version, and are left out. */
const findings = v.pipe(
  v.array(v.looseObject({ kind: v.string() })),
  v.transform((findings): unknown[] => findings.filter(({ kind }) => isFindingKind(kind))),
  v.array(findingSchema({})),
);

const reportFields = v.looseObject({
  uuid: v.string(),
  source: v.string(),
  command: v.array(v.string()),
  began: time,
  ended: v.exactOptional(time),
  stage: v.picklist(jobStages),
  findings,
  packages: v.exactOptional(
    v.looseObject({ added: v.array(installed), removed: v.array(installed), changed: v.array(changed) }),
  ),
});

/**
 * Reads the report of the copy with this uuid. Returns undefined for the report of another copy, a damaged one and a
 * newer one.
 */
export function parseUpgradeReport(text: string, uuid: string): UpgradeReport | undefined {
  const report = judgeUpgradeReport(text, uuid);
  return typeof report === 'string' || 'unknown' in report ? undefined : report;
}

/**
 * Reads a report. It distinguishes the report of another copy, which a copy of that copy inherits, from a damaged
 * report and from a newer one. Every known field has the type that it must have. Other fields are kept. Findings of
 * kinds that this be-hook does not know are left out.
 */
export function judgeUpgradeReport(text: string, uuid: string): UpgradeReport | NewerReport | 'other' | 'damaged' {
  const object = parseJsonObject(text);
  const owner = object['uuid'];
  if (typeof owner !== 'string') return 'damaged';
  if (owner !== uuid) return 'other';
  const open = readOpenFormat(object);
  if (open === undefined) return 'damaged';
  const unknown = findUnknown(open, known);
  if (unknown.length > 0) return { unknown };
  const report = readValue(reportFields, object);
  return report === undefined ? 'damaged' : { ...open, ...report, ...open };
}
