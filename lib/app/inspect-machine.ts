import type { SystemState } from '../model/environment.ts';
import { findHooks } from '../system/hooks.ts';
import { inspect } from './inspect.ts';

/** What a machine is, beyond its boot environments. */
export interface MachineFacts {
  readonly state: SystemState;
  /** The hooks of ours that are installed. */
  readonly hooks: readonly string[];
}

/** Inspects a file system and, where it is the running one, the machine around it. */
export async function inspectMachine(where: string | undefined): Promise<MachineFacts> {
  const state = await inspect(where);
  return { state, hooks: state.runs ? findHooks() : [] };
}
