/** The result of one test. A hook that throws is reported as a separate test, named after the hook. */
export type TestResult = { suite: string; test: string } & Outcome;

/** The three outcomes of a test. `error` and `reason` are for readers. */
export type Outcome =
  | { outcome: 'passed' }
  | { outcome: 'failed'; error: string }
  | { outcome: 'skipped'; reason: string };

/**
 * Parent to worker: run this file next. `only` is a text that "suite › test" must contain. `code` is the JavaScript of the
 * file if it is in a bundle.
 */
export interface RunFile {
  file: string;
  only?: string;
  code?: string;
}

/** Worker to parent. A file ends with `done`. `count` is the number of results before it. */
export type WorkerMessage =
  | { kind: 'begin'; suite: string; test: string }
  | { kind: 'result'; result: TestResult }
  | { kind: 'done'; count: number; trouble: string[] };

/** One file in the report. `trouble` is a fault of the file, not of one of its tests. */
export interface FileReport {
  file: string;
  seconds: number;
  results: TestResult[];
  trouble: string[];
  output: string;
}
