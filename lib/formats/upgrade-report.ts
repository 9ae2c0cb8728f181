import {
  type Finding,
  type FindingArgs,
  type FindingKind,
  isMistake,
  type JobStage,
  type UpgradeReport,
} from '../model/upgrade.ts';
import { findUnknown, type Known, readOpenFormat } from './open-format.ts';

/** The text of a report. */
export function printUpgradeReport(report: UpgradeReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** What this be-hook knows of the format. */
const known: Known = { version: 1, features: [] };

/** A report that requires features which this be-hook does not know. */
export interface NewerReport {
  readonly unknown: readonly string[];
}

/** Reads a report of the copy with this uuid. Answers undefined for any other one, a damaged one and a newer one. */
export function parseUpgradeReport(text: string, uuid: string): UpgradeReport | undefined {
  const report = judgeUpgradeReport(text, uuid);
  return typeof report === 'string' || 'unknown' in report ? undefined : report;
}

/**
 * Reads a report and tells one of another copy, which a copy of that copy inherits, from a damaged and from a newer one.
 * Every known field has the type that it must have; others are kept. Findings of kinds that this be-hook does not know are
 * left out.
 */
export function judgeUpgradeReport(text: string, uuid: string): UpgradeReport | NewerReport | 'other' | 'damaged' {
  const value = parseJson(text);
  if (!isObject(value) || typeof value['uuid'] !== 'string') return 'damaged';
  if (value['uuid'] !== uuid) return 'other';
  const open = readOpenFormat(value);
  if (open === undefined) return 'damaged';
  const unknown = findUnknown(open, known);
  if (unknown.length > 0) return { unknown };
  if (!isReport(value)) return 'damaged';
  return { ...value, ...open, findings: value.findings.filter(({ kind }) => Object.hasOwn(isMistake, kind)) };
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isStatus: Check = (value) => Number.isSafeInteger(value);
/** Seconds that a Date can hold (ECMA-262, "Time Values and Time Range"). */
const isTime: Check = (value) => typeof value === 'number' && value >= 0 && value <= 8.64e12;
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText);

const stages: Readonly<Record<JobStage, true>> = { packages: true, 'post-upgrade': true, done: true };

/** What the members of each kind of finding must be. */
const members: { readonly [K in FindingKind]: { readonly [M in keyof FindingArgs[K]]: Check } } = {
  command: { status: isStatus },
  scriptlet: { scriptlet: isText, package: isText, status: isStatus },
  duplicate: { name: isText, versions: isTextList },
  database: {},
  evidence: { why: isText },
  unbootable: { why: isText },
  hook: { path: isText, status: isStatus },
  'default-unset': { package: isText, release: isText },
  kernel: { why: isText },
  hidden: { path: isText },
  configuration: { path: isText },
  repository: {},
  skipped: {},
  verify: { line: isText },
};

const packageMembers = { name: isText, version: isText, arch: isText };
const changeMembers = { name: isText, arch: isText, from: isText, to: isText };

function isReport(value: Readonly<Record<string, unknown>>): value is UpgradeReport & Record<string, unknown> {
  const { source, command, began, ended, stage, findings, packages } = value;
  return (
    isText(source) &&
    isTextList(command) &&
    isTime(began) &&
    (ended === undefined || isTime(ended)) &&
    typeof stage === 'string' &&
    Object.hasOwn(stages, stage) &&
    isListOf(findings, isFinding) &&
    (packages === undefined || isPackages(packages))
  );
}

/** A finding of another kind is a newer be-hook's: it may have any members. */
function isFinding(value: unknown): value is Finding {
  if (!isObject(value) || typeof value['kind'] !== 'string') return false;
  const known = Object.hasOwn(members, value['kind']) ? members[value['kind'] as FindingKind] : {};
  return hasMembers(value, known);
}

function isPackages(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { added, removed, changed } = value;
  const isPackage: Check = (one) => hasMembers(one, packageMembers);
  const isChange: Check = (one) => hasMembers(one, changeMembers);
  return isListOf(added, isPackage) && isListOf(removed, isPackage) && isListOf(changed, isChange);
}

function isListOf(value: unknown, check: Check): boolean {
  return Array.isArray(value) && value.every(check);
}

function hasMembers(value: unknown, checks: Readonly<Record<string, Check>>): boolean {
  return isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
