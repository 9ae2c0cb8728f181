import type { Observation, RootFacts, ToolFacts } from '../../model/observation.ts';
import type { Problem } from '../../model/problem.ts';
import { grubMachine, grubRoot, type StubFacts } from './facts.ts';

/** How the machine starts GRUB, for people. */
export function describeGrub(tools: ToolFacts): string {
  const firmware = { uefi: 'GRUB, started by UEFI', bios: 'GRUB, started by BIOS', unknown: 'GRUB' }[tools.firmware];
  const stubs = grubMachine(tools).stubs.map(({ path, menuDirectory }) => `/${path} leads to /${menuDirectory}`);
  return [firmware, ...stubs].join('; ');
}

/** Whether a stub leads to a GRUB directory of this file system. */
export function leadsHere(observation: Observation): boolean {
  return stubsOf(observation).some((stub) => leadsTo(stub, observation.roots));
}

/** Problems with stubs that lead to none of the GRUB directories. */
export function checkStubs(observation: Observation): readonly Problem[] {
  return stubsOf(observation)
    .filter((stub) => !leadsTo(stub, observation.roots))
    .map(({ path, menuDirectory }) => ({ code: 'menu-home-unknown', path, menuDirectory }));
}

function stubsOf({ filesystem, tools }: Observation): readonly StubFacts[] {
  return grubMachine(tools).stubs.filter(({ filesystemUuid }) => filesystemUuid === filesystem.uuid);
}

function leadsTo({ menuDirectory }: StubFacts, roots: readonly RootFacts[]): boolean {
  return roots.some((root) => grubRoot(root).menuDirectories.some(({ path }) => path === menuDirectory));
}
