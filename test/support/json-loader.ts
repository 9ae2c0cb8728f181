import type { BootEnvironment } from '../../lib/model/environment.ts';
import type { Menu } from '../../lib/model/menu.ts';
import type { FileText, LoaderRootFacts, Observation, RootFacts } from '../../lib/model/observation.ts';
import type { Step } from '../../lib/model/step.ts';
import type { Loader, LoaderFactsOf } from '../../lib/plan/loader.ts';

/** The facts of a boot loader that exists only in memory: one file, with a menu in JSON. */
export interface JsonFacts extends LoaderRootFacts {
  readonly loader: 'json';
  readonly menu: FileText;
}

/** This boot loader's facts of a root; undefined if another one's observer read the root. */
export function jsonFacts({ loaderFacts }: LoaderFactsOf): JsonFacts | undefined {
  return isJson(loaderFacts) ? loaderFacts : undefined;
}

function isJson(facts: LoaderRootFacts): facts is JsonFacts {
  return facts.loader === 'json';
}

/** The observation of a machine that this boot loader starts. No root has a menu yet. */
export function startedByJson(observation: Observation): Observation {
  const roots = observation.roots.map((root): RootFacts => {
    const menu: FileText = { kind: 'missing', path: `${root.subvolume.path}/boot/menu.json` };
    const loaderFacts: JsonFacts = { loader: 'json', menu };
    return { ...root, loaderFacts };
  });
  return { ...observation, roots, tools: { ...observation.tools, loaderFacts: { loader: 'json' } } };
}

/** A boot loader that exists only in memory, and that can neither fold a menu nor boot once. */
export const jsonLoader: Loader = {
  can: { once: false, fold: false, readsEntries: false },
  serves: ({ kind }) => kind === 'boot-in-root',
  readRoot: (root) => {
    const hasMenu = jsonFacts(root)?.menu.kind === 'text';
    return {
      menuDirectories: [{ on: 'root' as const, path: `${root.subvolume.path}/boot`, exists: true }],
      hasMenu,
      hasDistributionMenu: false,
      blocker: undefined,
      settings: { timeout: 5, timeoutStyle: 'menu' },
      earlyInitrds: [],
      commandLines: ({ subvolume }) => {
        return () => ({ options: [`root=${subvolume.path}`], path: '', unknown: [], overlays: [] });
      },
      savedEntry: () => ({ release: undefined, foreign: undefined, pending: undefined }),
      relative: undefined,
    };
  },
  readMenus: (root) => {
    const menu = jsonFacts(root)?.menu;
    return [menu?.kind === 'text' ? (JSON.parse(menu.text) as Menu) : undefined];
  },
  offers: () => false,
  nameEntry: (_menu, { be, release }) => `${be}/${release}`,
  describe: () => 'JSON',
  placesOf: (root) => ({
    menus: [jsonFacts(root)?.menu].flatMap((menu) => (menu === undefined ? [] : [{ on: 'root', path: menu.path }])),
    generatorScript: undefined,
  }),
  installMenu: (menu) => (environments) => {
    const text = JSON.stringify(menu);
    const steps = filesOf(environments).flatMap((file): readonly Step[] => {
      const reason = 'the menu changes';
      if (file.kind === 'text' && file.text === text) return [];
      return [{ kind: 'write-file', on: 'root', path: file.path, text, mode: 0o600, labelLike: undefined, reason }];
    });
    return { groups: [steps], unresolved: [] };
  },
  adoptDefaults: () => [],
  refreshDistributionMenu: () => [],
  removeMenu: (_state, environments) => {
    const steps = filesOf(environments).flatMap((file): readonly Step[] =>
      file.kind === 'missing'
        ? []
        : [{ kind: 'remove-file', on: 'root', path: file.path, reason: 'the menu is given back' }],
    );
    return { groups: [steps], unresolved: [] };
  },
  mapFacts: (facts, map) => (isJson(facts) ? { ...facts, menu: map.file(facts.menu, 'menu') } : facts),
  retarget: () => ({ relative: false, edits: {}, warnings: [] }),
  editOptions: () => undefined,
  systemFiles: [],
  holds: () => undefined,
  leadsHere: () => true,
  check: () => [],
};

function filesOf(environments: readonly BootEnvironment[]): readonly FileText[] {
  return environments
    .filter(({ maintained }) => maintained)
    .flatMap((environment) => jsonFacts(environment)?.menu ?? []);
}
