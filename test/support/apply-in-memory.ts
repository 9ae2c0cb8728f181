import { printMark } from '../../lib/formats/mark.ts';
import type { MenuHomeFacts, Observation, RootFacts } from '../../lib/model/observation.ts';
import type { Step } from '../../lib/model/step.ts';
import { distributionGrubCfg, noFile, textFile } from './builders.ts';

/** What would be observed after steps were carried out. Throws for a step that names something that is not there. */
export function applyInMemory(observation: Observation, steps: readonly Step[]): Observation {
  return steps.reduce(applyStep, observation);
}

function applyStep(observation: Observation, step: Step): Observation {
  const { tools } = observation;
  switch (step.kind) {
    case 'sync-filesystem':
      return observation;
    case 'set-active':
      return { ...observation, active: step.uuid };
    case 'mark-needs-sync':
      return { ...observation, tools: { ...tools, needsSync: step.reason } };
    case 'clear-needs-sync':
      return { ...observation, tools: { ...tools, needsSync: undefined } };
    case 'set-mark':
      return changeRoot(observation, step.path, (root) => ({ ...root, mark: printMark(step.mark) }));
    case 'clear-mark':
      return changeRoot(observation, step.path, (root) => ({ ...root, mark: undefined }));
    case 'make-directory':
      return changeHome(observation, step.path, (home) => ({ ...home, exists: true }));
    case 'write-file':
      return changeFile(observation, step.path, step.text);
    case 'remove-file':
      return changeFile(observation, step.path, undefined);
    case 'refresh-distribution-menu':
      return refresh(observation, step.grubCfg);
  }
}

function changeRoot(observation: Observation, path: string, change: (root: RootFacts) => RootFacts): Observation {
  if (!observation.roots.some((root) => root.subvolume.path === path)) throw new Error(`there is no root /${path}`);
  const roots = observation.roots.map((root) => (root.subvolume.path === path ? change(root) : root));
  return { ...observation, roots };
}

function changeHome(
  observation: Observation,
  path: string,
  change: (home: MenuHomeFacts) => MenuHomeFacts,
): Observation {
  if (!observation.roots.some(({ homes }) => homes.some((home) => home.path === path))) {
    throw new Error(`there is no menu home /${path}`);
  }
  const inRoot = (root: RootFacts): RootFacts => ({
    ...root,
    homes: root.homes.map((home) => (home.path === path ? change(home) : home)),
  });
  return { ...observation, roots: observation.roots.map(inRoot) };
}

function changeFile(observation: Observation, path: string, text: string | undefined): Observation {
  const [, directory = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  const file = text === undefined ? noFile(path) : textFile(path, text);
  const generator = observation.roots.find((root) => root.generatorDirectory === directory);
  if (generator !== undefined && name === '99_be-hook') {
    return changeRoot(observation, generator.subvolume.path, (root) => ({ ...root, generatorScript: file }));
  }
  return changeHome(observation, directory, (home) => {
    if (text !== undefined && !home.exists) throw new Error(`/${directory} was not made before /${path}`);
    const leftovers = home.leftovers.filter((one) => one.path !== path && (text === undefined || one.target !== path));
    if (name === 'grub.cfg') return { ...home, leftovers, grubCfg: file };
    if (name === 'be-hook.cfg') return { ...home, leftovers, menu: file };
    if (text !== undefined || leftovers.length === home.leftovers.length) throw new Error(`nobody expects /${path}`);
    return { ...home, leftovers };
  });
}

/** As the distribution's generator would: its own entries, then what our script among its parts says. */
function refresh(observation: Observation, path: string): Observation {
  const root = observation.roots.find(({ homes }) => homes.some(({ grubCfg }) => grubCfg.path === path));
  if (root?.boot.kind !== 'directory') throw new Error(`there is no menu to refresh in /${path}`);
  const images = root.boot.files.map(({ name }) => name).filter((name) => name.startsWith('vmlinuz-'));
  const script = root.generatorScript.kind === 'text' ? root.generatorScript.text : '';
  const [, ours = ''] = /<<'EOF'\n([\s\S]*)EOF\n/.exec(script) ?? [];
  return changeFile(observation, path, distributionGrubCfg(...images) + ours);
}
