/** What became of one test. A hook that throws is reported as a test of its own, named after the hook. */
export type TestResult = { suite: string; test: string } & Outcome;

/** The three ways in which a test can end; `error` and `reason` are for people. */
export type Outcome =
  | { outcome: 'passed' }
  | { outcome: 'failed'; error: string }
  | { outcome: 'skipped'; reason: string };

/** Parent to worker: run this file next. `only` is a text that suite and test name together must contain. */
export interface RunFile {
  file: string;
  only?: string;
}

/** Worker to parent. A file is over at `done`; `count` is how many results were sent before. */
export type WorkerMessage =
  | { kind: 'begin'; suite: string; test: string }
  | { kind: 'result'; result: TestResult }
  | { kind: 'done'; count: number; trouble: string[] };

/** One file as the report shows it; `trouble` is what is wrong with the file rather than with one of its tests. */
export interface FileReport {
  file: string;
  seconds: number;
  results: TestResult[];
  trouble: string[];
  output: string;
}
