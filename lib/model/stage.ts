/** The stages of a job in a copy, in their order. */
export type JobStageName = 'download' | 'copy' | 'packages' | 'judge' | 'post-upgrade' | 'publish';

/** The stages of an export (`copy`, `send`) and of an import (`receive`, `check`, `publish`). */
export type StreamStageName = 'copy' | 'send' | 'receive' | 'check' | 'publish';

/** A stage of a command that has stages. */
export type StageName = JobStageName | StreamStageName;

/** What happens to a stage: it begins, and then ends with or without success. */
export type StageState = 'begin' | 'done' | 'failed';
