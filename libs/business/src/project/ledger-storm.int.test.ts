import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BusinessNamespace, Project } from '@tke/api-business';
import { waitFor } from '@tke/envtest';
import { keyOf, type ObjectKey } from '@tke/meta';
import { isAlreadyExists, isConflict, isInvalid, isNotFound, KubeTransportError } from '@tke/kube-client';
import { systemClock as clock, type Random } from '@tke/time';

import { namespaceKind, projectKind } from '../objects/kinds.ts';
import { inForceUnder, parentName } from '../quota/child.ts';
import { chargesOf, entriesOf, type Entry } from '../quota/entries.ts';
import { covers, limitOf, limitsByCluster, none, type Limits } from '../quota/limits.ts';
import { overdraftsOf } from '../quota/overdraft.ts';
import { BusinessHub } from '../testing/business-hub.ts';
import { addNamespacesInForce } from '../testing/namespaces-in-force.ts';
import { aCluster, aNamespace, aProject, aTenant, limits } from '../testing/objects.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { projectPermissions } from './permissions.ts';
import { addProjectController } from './project-controller.ts';

const operations = 600;
const waves = 3;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

let hub: BusinessHub;

beforeAll(async () => {
  hub = await BusinessHub.start({
    controllers: [addProjectController, addNamespacesInForce],
    permissions: [
      ...projectPermissions,
      { group: projectKind.group, resources: ['namespaces'], verbs: ['patch'] },
      { group: projectKind.group, resources: ['namespaces/status'], verbs: ['patch'] },
    ],
  });
}, 300_000);

afterAll(() => hub.stop());

const planted: readonly string[] = ['prj-root', 'prj-mid1', 'prj-mid2', 'prj-mid3'];

const isPlanted = (name: string) => planted.includes(name);

interface Snapshot {
  readonly projects: readonly Project[];
  readonly namespaces: readonly BusinessNamespace[];
}

/** Everything as it was at one moment. */
async function snapshot(): Promise<Snapshot> {
  const { items: projects, metadata } = await hub.admin.list(projectKind, { limit: 5000 });
  const { resourceVersion = '' } = metadata;
  const exact = { limit: 5000, resourceVersion, resourceVersionMatch: 'Exact' } as const;
  const { items: namespaces } = await hub.admin.list(namespaceKind, exact);
  return { projects, namespaces };
}

type Held = readonly (readonly [child: Project | BusinessNamespace, limits: Limits])[];

function heldUnder(name: string, { projects, namespaces }: Snapshot): Held {
  const children = [...projects, ...namespaces.filter((each) => parentName(each) === name)];
  return children.flatMap((child) => {
    const inForce = inForceUnder(name, child);
    return inForce === undefined ? [] : [[child, inForce] as const];
  });
}

/** What is wrong at this moment: children act on more than is charged for them, or more is charged than the project has itself. */
function wrongs(seen: Snapshot): readonly string[] {
  return seen.projects.flatMap((project) => {
    const { name = '' } = project.metadata;
    const entries = entriesOf(project);
    const has =
      project.status?.cachedParent === '' ? limitOf(project) : limitsByCluster(project.status?.cachedSpecClusters);
    const uncharged = heldUnder(name, seen).filter(([child, inForce]) => {
      const entry = entries.find(({ uid }) => uid === child.metadata.uid);
      return !covers(entry?.clusters ?? none, inForce);
    });
    const asEntries = heldUnder(name, seen).map(([{ metadata }, clusters]): Entry => ({
      kind: 'Project',
      name: '',
      uid: metadata.uid ?? '',
      generation: 0,
      clusters,
    }));
    return [
      ...uncharged.map(([child]) => `${name} has not charged ${child.kind} ${child.metadata.name ?? ''}`),
      ...overdraftsOf(has, entries).map(
        ({ cluster, resource = '' }) => `${name} charges more than it has: ${cluster} ${resource}`,
      ),
      ...overdraftsOf(has, asEntries).map(
        ({ cluster, resource = '' }) => `${name} is exceeded: ${cluster} ${resource}`,
      ),
    ];
  });
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Writes whatever comes to mind, as users without any admission in their way. */
class Users {
  readonly #random: Random;
  readonly done: Record<string, number> = {};
  readonly refused: Record<string, number> = {};
  readonly #projects = [...planted];
  readonly #namespaces: ObjectKey[] = [{ namespace: 'prj-root', name: 'none' }];
  #created = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  async act(): Promise<void> {
    const actions = [
      this.#newProject,
      this.#newProject,
      this.#newNamespace,
      this.#newNamespace,
      this.#resize,
      this.#resizeNamespace,
    ];
    const action = pick(this.#random, [...actions, ...actions, this.#move, this.#move, this.#end, this.#endNamespace]);
    try {
      await action.call(this);
      this.done[action.name] = (this.done[action.name] ?? 0) + 1;
    } catch (error) {
      // Deleted meanwhile, or in a namespace that does not exist yet or any more.
      // Or the server had no time for all of them.
      if (
        ![isNotFound, isConflict, isAlreadyExists, isInvalid].some((expected) => expected(error)) &&
        !(error instanceof KubeTransportError) &&
        !String(error).includes('forbidden')
      ) {
        throw error;
      }
      const refusal = String(error)
        .replaceAll(/"[^"]*"|\d+/g, '')
        .slice(0, 90);
      this.refused[refusal] = (this.refused[refusal] ?? 0) + 1;
    }
  }

  #hard() {
    const amount = (most: number) => Math.floor(this.#random() * most);
    return { cpu: amount(30), pods: amount(20) };
  }

  #clusters() {
    const both = this.#random() < 0.5;
    return { 'cls-a': this.#hard(), ...(both && { 'cls-b': this.#hard() }) };
  }

  #anyProject(): string {
    return pick(this.#random, this.#projects);
  }

  #anyNamespace(): ObjectKey {
    return pick(this.#random, this.#namespaces);
  }

  #newName(prefix: string): string {
    this.#created += 1;
    return `${prefix}${this.#created}`;
  }

  async #newProject(): Promise<void> {
    const object = aProject(this.#newName('prj-p'), this.#clusters(), { parentProjectName: this.#anyProject() });
    await hub.admin.create(projectKind, object);
    this.#projects.push(object.metadata.name ?? '');
  }

  async #newNamespace(): Promise<void> {
    const cluster = pick(this.#random, ['cls-a', 'cls-b']);
    const object = aNamespace(this.#anyProject(), [cluster, this.#newName('n')], this.#hard());
    await hub.admin.create(namespaceKind, object);
    this.#namespaces.push(keyOf(object));
  }

  async #resize(): Promise<void> {
    const name = this.#anyProject();
    if (name !== 'prj-root') {
      await this.#edit(name, { clusters: { 'cls-b': null, ...limits(this.#clusters()) } });
    }
  }

  async #resizeNamespace(): Promise<void> {
    const key = this.#anyNamespace();
    await hub.admin.patch(namespaceKind, key, { type: 'merge', body: { spec: { hard: this.#hard() } } });
  }

  async #move(): Promise<void> {
    const name = this.#anyProject();
    if (!isPlanted(name)) {
      await this.#edit(name, { parentProjectName: this.#anyProject() });
    }
  }

  async #end(): Promise<void> {
    const name = this.#anyProject();
    if (!isPlanted(name)) {
      await hub.admin.delete(projectKind, { name });
    }
  }

  async #endNamespace(): Promise<void> {
    await hub.admin.delete(namespaceKind, this.#anyNamespace());
  }

  async #edit(name: string, spec: object): Promise<void> {
    await hub.admin.patch(projectKind, { name }, { type: 'merge', body: { spec } });
  }
}

async function plantTree(): Promise<void> {
  const roomy = { cpu: 200, pods: 100 };
  await hub.apply(aTenant('acme'), aCluster('cls-a'), aCluster('cls-b'));
  await hub.admin.create(projectKind, aProject('prj-root', { 'cls-a': roomy, 'cls-b': roomy }));
  for (const name of planted.slice(1)) {
    const clusters = { 'cls-a': { cpu: 50, pods: 30 }, 'cls-b': { cpu: 50, pods: 30 } };
    await hub.admin.create(projectKind, aProject(name, clusters, { parentProjectName: 'prj-root' }));
    await hub.untilReason(projectKind, { metadata: { name } }, 'Succeeded');
  }
}

/** Kills and starts managers, of which two work at once now and then, until told to stop. */
async function upset(random: Random, signal: AbortSignal): Promise<number> {
  let kills = 0;
  while (!signal.aborted) {
    await clock.sleep(500 + random() * 1500, signal).catch(() => undefined);
    const second = await hub.startManager();
    await clock.sleep(random() * 1000, signal).catch(() => undefined);
    await hub.stopManager();
    kills += 2;
    expect(second).toBeDefined();
    await hub.startManager();
  }
  return kills;
}

async function watchAllTheTime(signal: AbortSignal): Promise<number> {
  let samples = 0;
  while (!signal.aborted) {
    expect(wrongs(await snapshot())).toEqual([]);
    samples += 1;
    await clock.sleep(50, signal).catch(() => undefined);
  }
  return samples;
}

/** What a project has set aside for children that have not put it in force. */
function idleIn(project: Project, seen: Snapshot): readonly string[] {
  const { name = '' } = project.metadata;
  const inForce = new Map(heldUnder(name, seen).map(([{ metadata }, clusters]) => [metadata.uid, clusters]));
  return entriesOf(project)
    .filter(({ uid, clusters }) => !covers(inForce.get(uid) ?? none, clusters))
    .map((entry) => {
      const child = [...seen.projects, ...seen.namespaces].find(({ metadata }) => metadata.uid === entry.uid);
      return `${name} holds more than is in force for ${entry.kind} ${entry.name}: ${JSON.stringify({ ...child, charge: chargesOf([entry]) })}`;
    });
}

/** Nothing changes any more, and nothing is charged but what is in force. */
async function untilSettled(): Promise<Snapshot> {
  let before = '';
  return waitFor(
    async () => {
      const seen = await snapshot();
      const version = JSON.stringify(seen);
      const isQuiet = version === before;
      before = version;
      const open = seen.projects.flatMap((project) => idleIn(project, seen));
      return (
        (isQuiet && open.length === 0 && seen) || Promise.reject(new Error(`quiet: ${isQuiet}\n${open.join('\n')}`))
      );
    },
    { description: 'every ledger is what a recount gives', timeoutMs: 300_000, intervalMs: 1_000 },
  );
}

/** Waves of operations, each of them all at once. */
async function storm(users: Users, signal: AbortSignal): Promise<number> {
  for (let wave = 0; wave < waves; wave++) {
    const actions = Array.from({ length: operations / waves }, () => users.act());
    await Promise.all(actions);
    await clock.sleep(1_500, signal).catch(() => undefined);
  }
  return operations;
}

test('never over any limit, and every ledger is a recount at the end', async () => {
  // Said first, for when it fails.
  process.stderr.write(`SEED=${seed}\n`);
  const random = seededRandom(seed);
  await hub.startManager();
  await plantTree();
  const users = new Users(random);
  const stop = new AbortController();
  const began = performance.now();
  const [samples, kills] = await Promise.all(
    [watchAllTheTime(stop.signal), upset(random, stop.signal), storm(users, stop.signal)].map((part) =>
      part.finally(() => stop.abort()),
    ),
  );
  const end = await untilSettled();
  expect(wrongs(end)).toEqual([]);
  const inForce = end.namespaces.filter(({ status }) => status?.cachedSpecHard !== undefined).length;
  console.log(
    `seed ${seed}: ${JSON.stringify(users.done)}, refused ${JSON.stringify(users.refused)}, ${kills} kills, ${samples} samples in ${((performance.now() - began) / 1000).toFixed(0)} s; at the end ${end.projects.length} projects, ${end.namespaces.length} namespaces, ${inForce} of them in force`,
  );
}, 1_200_000);
