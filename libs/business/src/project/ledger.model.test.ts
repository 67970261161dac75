import { expect, test } from '@jest/globals';
import type { BusinessNamespace, Project } from '@tke/api-business';
import { exactList } from '@tke/quantity';
import { jsonEqual } from '@tke/runtime';
import fc from 'fast-check';

import { inForceUnder, wantedBy } from '../quota/child.ts';
import { claimOn, type Claim } from '../quota/claim.ts';
import { doubtful } from '../quota/confirm.ts';
import { entriesOf, totalCharged } from '../quota/entries.ts';
import { grantOf } from '../quota/grant.ts';
import { covers, limitOf, limitsByCluster, none, total } from '../quota/limits.ts';
import { overdraftsOf } from '../quota/overdraft.ts';
import { aNamespace, aProject, limits } from '../testing/objects.ts';
import { balance, statusOf } from './balance.ts';

type Child = Project | BusinessNamespace;

const isAProject = (child: Child): child is Project => child.kind === 'Project';

const projects = ['prj-0', 'prj-1', 'prj-2'];
const namespaces = ['prj-1/cls-a-x', 'prj-1/cls-a-y', 'prj-2/cls-a-z'];
const everything = [...projects, ...namespaces];

/**
 * A server, and managers whose caches lag behind it by any amount and differently for each object. As on a real one, a status is only
 * written to the version it was computed from.
 */
class World {
  readonly live = new Map<string, Child>();
  readonly #caches: readonly Map<string, Child>[] = [new Map(), new Map()];
  version = 0;

  constructor() {
    const below = (parentProjectName: string) => ({ parentProjectName });
    this.#create('prj-0', aProject('prj-0', { 'cls-a': { cpu: 10 } }));
    this.#create('prj-1', aProject('prj-1', { 'cls-a': { cpu: 5 } }, below('prj-0')));
    this.#create('prj-2', aProject('prj-2', { 'cls-a': { cpu: 5 } }, below('prj-0')));
    for (const name of namespaces) {
      this.renew(name);
    }
  }

  /** Deletes a namespace and makes another one of its name. */
  renew(key: string): void {
    const [project = '', name = ''] = key.split('/');
    this.#create(key, aNamespace(project, ['cls-a', name.replace('cls-a-', '')], { cpu: 2 }));
  }

  #create(key: string, object: Child): void {
    const metadata = { ...object.metadata, uid: `uid-${++this.version}`, generation: 1 };
    this.live.set(key, { ...object, metadata: { ...metadata, resourceVersion: String(++this.version) } });
  }

  edit(key: string, cpu: number, parentProjectName: string | undefined): void {
    const object = this.live.get(key)!;
    const hard = { cpu };
    const spec = isAProject(object)
      ? { clusters: limits({ 'cls-a': hard }), ...(parentProjectName !== undefined && { parentProjectName }) }
      : { hard };
    const metadata = { ...object.metadata, generation: object.metadata.generation! + 1 };
    this.#store(key, { ...object, metadata, spec: { ...object.spec, ...spec } } as Child);
  }

  /** The watch of a manager brings what there is of one object. */
  hear(manager: number, key: string): void {
    this.#caches[manager]!.set(key, this.live.get(key)!);
  }

  reconcile(manager: number, key: string): void {
    const cache = this.#caches[manager]!;
    const object = cache.get(key);
    if (object === undefined) {
      return;
    }
    const status = isAProject(object) ? this.#balanced(object, cache) : putInForce(object, cache);
    const observedGeneration = object.metadata.generation!;
    const next = { ...object, status: { ...status, observedGeneration } } as Child;
    const isCurrent = this.live.get(key)?.metadata.resourceVersion === object.metadata.resourceVersion;
    if (isCurrent && !jsonEqual(next, object)) {
      this.#store(key, next);
    }
  }

  #balanced(project: Project, cache: ReadonlyMap<string, Child>) {
    const { name = '' } = project.metadata;
    const parent = cache.get(project.spec.parentProjectName ?? '') as Project | undefined;
    const before = entriesOf(project);
    let claims = claimsIn(cache, name);
    let result = balance(project, { parent, claims, isUsable: true });
    // Asked again and again, which changes nothing more: nothing else happens on the server meanwhile.
    everything.forEach(() => {
      const names = doubtful(before, claims, result.settlement.entries).map((child) => child.name);
      const asked = claimsIn(this.live, name).filter((claim) => names.includes(claim.name));
      claims = [...claims.filter((claim) => !names.includes(claim.name)), ...asked];
      result = balance(project, { parent, claims, isUsable: true });
    });
    return statusOf(result);
  }

  #store(key: string, object: Child): void {
    const metadata = { ...object.metadata, resourceVersion: String(++this.version) };
    this.live.set(key, { ...object, metadata });
  }
}

function claimsIn(objects: ReadonlyMap<string, Child>, parent: string): readonly Claim[] {
  const children = [...objects.values()].filter((child) =>
    isAProject(child)
      ? [child.spec.parentProjectName, child.status?.cachedParent].includes(parent)
      : child.metadata.namespace === parent,
  );
  return children.map((child) => claimOn(parent, child));
}

function putInForce(object: BusinessNamespace, cache: ReadonlyMap<string, Child>) {
  const parent = cache.get(object.metadata.namespace ?? '') as Project | undefined;
  const isGranted = parent !== undefined && grantOf(parent, object) !== undefined;
  return isGranted ? { cachedSpecHard: exactList(wantedBy(object).get('cls-a')!) } : (object.status ?? {});
}

/** What the projects of the server charge too much, or their children use without being charged. */
function wrongs(live: ReadonlyMap<string, Child>): readonly string[] {
  const all = [...live.values()];
  return all.filter(isAProject).flatMap((project) => {
    const { name = '' } = project.metadata;
    const entries = entriesOf(project);
    const { cachedParent, cachedSpecClusters } = project.status ?? {};
    const has = cachedParent === '' ? limitOf(project) : limitsByCluster(cachedSpecClusters);
    const uncharged = all.filter((child) => {
      const charge = entries.find(({ uid }) => uid === child.metadata.uid);
      const mayCount = isAProject(child) || child.metadata.namespace === name;
      return mayCount && !covers(charge?.clusters ?? none, inForceUnder(name, child) ?? none);
    });
    return [
      ...uncharged.map((child) => `${name} has not charged ${child.metadata.name ?? ''}`),
      ...overdraftsOf(has, entries).map(() => `${name} charges more than it has`),
    ];
  });
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('hear'), who: fc.nat(1), what: fc.constantFrom(...everything) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('reconcile'), who: fc.nat(1), what: fc.constantFrom(...everything) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('renew'), what: fc.constantFrom(...namespaces) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      ...{ do: fc.constant('edit'), what: fc.constantFrom(...everything.slice(1)), cpu: fc.nat(9) },
      parent: fc.option(fc.constantFrom('prj-0', 'prj-1', 'prj-2'), { nil: undefined }),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(world: World, next: Step): void {
  if ('cpu' in next) {
    world.edit(next.what, next.cpu, next.parent === next.what ? undefined : next.parent);
  } else if (!('who' in next)) {
    world.renew(next.what);
  } else if (next.do === 'hear') {
    world.hear(next.who, next.what);
  } else {
    world.reconcile(next.who, next.what);
  }
}

/** Everybody hears of everything and works until nothing changes. */
function settleDown(world: World): void {
  let before: number;
  do {
    before = world.version;
    for (const key of everything) {
      everything.forEach((each) => world.hear(0, each));
      world.reconcile(0, key);
    }
  } while (world.version !== before);
}

test('with any lag of two managers, no child acts on what is not charged, and no project charges more than it has', () => {
  const run = fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
    const world = new World();
    settleDown(world);
    for (const next of steps) {
      take(world, next);
      expect(wrongs(world.live)).toEqual([]);
    }
    settleDown(world);
    expect(wrongs(world.live)).toEqual([]);
    for (const project of [...world.live.values()].filter(isAProject)) {
      // Nothing is set aside that nobody takes.
      const { name = '' } = project.metadata;
      const inForce = claimsIn(world.live, name).flatMap((claim) => claim.inForce ?? []);
      expect(totalCharged(entriesOf(project))).toEqual(total(inForce));
    }
  });
  fc.assert(run, { numRuns: 300, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false });
});
