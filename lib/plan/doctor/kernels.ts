import { findImageFault, findInitrdFault, isSignedImage } from '../../formats/linux-image.ts';
import type { BootEnvironment } from '../../model/environment.ts';
import type { HealthCheckName, HealthFinding } from '../../model/health.ts';
import type { FileHead } from '../../model/health-evidence.ts';
import type { Kernel } from '../../model/kernel.ts';
import { isSamePlace, type Place, printPlace, shownPath } from '../../model/place.ts';
import { isProblem } from '../../model/problem.ts';
import type { HealthFacts } from './facts.ts';

/** Findings about the content of the kernels of one environment. */
export function checkKernels({ name, kernels }: BootEnvironment, facts: HealthFacts): readonly HealthFinding[] {
  const found = new Map<string, HealthFinding>();
  const add = (check: HealthCheckName, place: Place, why: string, remedy: string): void => {
    const message = `/${shownPath(place)} is not usable: ${why}`;
    found.set(`${check} ${printPlace(place)}`, { check, environment: name, message, remedy });
  };
  for (const kernel of kernels) {
    for (const { place, why } of findFaults(kernel, facts)) add('kernel-content', place, why, rebuild(kernel));
    for (const place of [kernel.image, ...kernel.initrds].filter((file) => isChanged(file, facts)))
      add('kept-content', place, 'its content is not the one that its name says', restore(place, kernel, facts));
    if (isUnsigned(kernel, facts))
      add('secure-boot', kernel.image, 'it has no signature, and Secure Boot is on', 'install a signed kernel');
  }
  return [...found.values()];
}

function rebuild({ release }: Kernel): string {
  return `reinstall the kernel ${release}, or boot another environment`;
}

/** A sync copies the file again, if the content still exists somewhere. */
function restore(place: Place, kernel: Kernel, { sync }: HealthFacts): string {
  const steps = isProblem(sync) ? [] : sync.steps;
  const isCopied = steps.some((step) => step.kind === 'keep-file' && isSamePlace(step, place));
  return isCopied ? 'run: be-hook doctor --repair' : rebuild(kernel);
}

function findFaults(
  { image, initrds }: Kernel,
  facts: HealthFacts,
): readonly { readonly place: Place; readonly why: string }[] {
  const ofFile = (place: Place, judge: (head: FileHead) => string | undefined): { place: Place; why: string }[] => {
    const head = facts.evidence.heads[printPlace(place)];
    const why = head === undefined ? undefined : judge(head);
    return why === undefined ? [] : [{ place, why }];
  };
  return [
    ...ofFile(image, ({ bytes, size }) => findImageFault(bytes, size)),
    ...initrds.flatMap((initrd) => ofFile(initrd, ({ bytes }) => findInitrdFault(bytes))),
  ];
}

/** Whether a kept copy has another digest than its name says. The names of all other files say nothing. */
function isChanged(place: Place, { world: { observation } }: HealthFacts): boolean {
  const digest = observation.digests[printPlace(place)];
  const isKept = observation.boot?.kept.some(({ on, path }) => on === place.on && path === place.path) === true;
  return isKept && digest !== undefined && !place.path.endsWith(`-${digest.slice(0, 32)}`);
}

function isUnsigned({ image }: Kernel, { evidence: { heads, machine } }: HealthFacts): boolean {
  const head = heads[printPlace(image)];
  return machine.secureBoot && head !== undefined && !isSignedImage(head.bytes);
}
