import type { Observation, ToolFacts } from '../../model/observation.ts';
import { isSamePlace } from '../../model/place.ts';
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
  return stubsOf(observation).some((stub) => leadsTo(stub, observation));
}

/** Problems with stubs that lead to none of the GRUB directories. */
export function checkStubs(observation: Observation): readonly Problem[] {
  return stubsOf(observation)
    .filter((stub) => !leadsTo(stub, observation))
    .map(({ path, menuDirectory }) => ({ code: 'menu-home-unknown', path, menuDirectory }));
}

function stubsOf({ filesystem, boot, tools }: Observation): readonly StubFacts[] {
  return grubMachine(tools).stubs.filter(({ filesystemUuid }) =>
    [filesystem.uuid, boot?.uuid].includes(filesystemUuid),
  );
}

function leadsTo({ menuDirectory, filesystemUuid }: StubFacts, { roots, filesystem }: Observation): boolean {
  const on = filesystemUuid === filesystem.uuid ? 'root' : 'boot';
  return roots.some((root) =>
    grubRoot(root).menuDirectories.some((directory) => isSamePlace(directory, { on, path: menuDirectory })),
  );
}
