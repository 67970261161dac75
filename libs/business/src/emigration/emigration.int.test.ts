import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { memberLabels, type BusinessNamespace, type NsEmigration } from '@tke/api-business';
import { waitFor } from '@tke/envtest';
import { isNotFound } from '@tke/kube-client';
import { coreKinds, type Kind, type KubeObject } from '@tke/meta';

import type { BusinessDependencies } from '../dependencies.ts';
import { resourceQuota } from '../namespace/member-kinds.ts';
import { addNamespaceController } from '../namespace/namespace-controller.ts';
import { namespacePermissions } from '../namespace/permissions.ts';
import { emigrationKind, namespaceKind, projectKind } from '../objects/kinds.ts';
import { addProjectController } from '../project/project-controller.ts';
import { projectPermissions } from '../project/permissions.ts';
import { BusinessHub, conditionOf } from '../testing/business-hub.ts';
import { aTenant } from '../testing/objects.ts';
import { addEmigrationController } from './emigration-controller.ts';
import { keptMs } from './emigration-reconciler.ts';
import { emigrationFrom } from './names.ts';
import { emigrationPermissions } from './permissions.ts';
import { CrashPoint, type Written } from './testing/crash-points.ts';

const minute = 60_000;
// More than all that a test waits for.
jest.setTimeout(30 * minute);

const cluster = 'cls-a';
const [from, to] = ['prj-from', 'prj-to'];
const crash = new CrashPoint();
/** How far the clock of the emigrationKind is ahead. Milliseconds. */
let aheadMs = 0;
let giveUpAfterMs = 10 * minute;
let hub: BusinessHub;
let counter = 0;
/** A name that no other test has used. */
let shop = '';

beforeAll(async () => {
  const ahead = ({ clock, ...deps }: BusinessDependencies): BusinessDependencies => ({
    ...deps,
    clock: Object.create(clock, { now: { value: () => clock.now() + aheadMs } }) as typeof clock,
  });
  hub = await BusinessHub.start({
    controllers: [
      addProjectController,
      (manager, deps) => addNamespaceController(manager, deps, { giveUpAfterMs }),
      (manager, deps) => addEmigrationController(manager, crash.around(ahead(deps)), { giveUpAfterMs }),
    ],
    permissions: [...projectPermissions, ...namespacePermissions, ...emigrationPermissions],
    controllerManager: true,
  });
  await hub.apply(aTenant('team'));
  await hub.addMember(cluster, 'team');
});

afterAll(() => hub.stop());

beforeEach(async () => {
  shop = `shop-${++counter}`;
  aheadMs = 0;
  giveUpAfterMs = 10 * minute;
  crash.isDue = undefined;
  await hub.startManager();
  await hub.apply(projectOf(from), projectOf(to));
  await Promise.all([from, to].map((name) => hub.untilReason(projectKind, { metadata: { name } }, 'Succeeded')));
  await hub.apply(namespaceIn(from));
  await untilNamespace(from, 'Available');
});

afterEach(async () => {
  await hub.stopManager();
});

const apiVersion = 'business.tkestack.io/v1';

function projectOf(name: string, cpu = '100', more: object = {}): KubeObject {
  const clusters = { [cluster]: { hard: { 'requests.cpu': cpu } } };
  const spec = { tenantID: 'team', displayName: name, clusters, ...more };
  return { apiVersion, kind: 'Project', metadata: { name }, spec } as KubeObject;
}

function namespaceIn(namespace: string): KubeObject {
  const metadata = { namespace, name: `${cluster}-${shop}` };
  const spec = { tenantID: 'team', clusterName: cluster, namespace: shop, hard: { 'requests.cpu': '2' } };
  return { apiVersion, kind: 'Namespace', metadata, spec } as KubeObject;
}

function emigration(destination = to): KubeObject {
  const name = `${cluster}-${shop}`;
  const spec = { tenantID: 'team', namespace: name, nsShowName: shop, destination };
  return { apiVersion, kind: 'NsEmigration', metadata: { namespace: from, name }, spec } as KubeObject;
}

const keyIn = (namespace: string) => ({ namespace, name: `${cluster}-${shop}` });

function untilNamespace(namespace: string, phase: string): Promise<BusinessNamespace> {
  return hub.until(
    namespaceKind,
    { metadata: keyIn(namespace) },
    `is ${phase}`,
    ({ status }) => status?.phase === phase,
  );
}

function untilPhase(phase: string): Promise<NsEmigration> {
  return hub.until(emigrationKind, { metadata: keyIn(from) }, `is ${phase}`, ({ status }) => status?.phase === phase);
}

async function find<T extends KubeObject>(kind: Kind<T>, namespace: string): Promise<T | undefined> {
  try {
    return await hub.admin.get(kind, keyIn(namespace));
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

function untilGone(kind: Kind, namespace: string): Promise<unknown> {
  const isGone = async () => (await find(kind, namespace)) === undefined;
  return waitFor(isGone, { description: `${kind.kind} of ${namespace} is gone`, timeoutMs: 2 * minute });
}

/** What a project has charged for the namespace; undefined for nothing. */
async function charged(name: string): Promise<string | undefined> {
  const { status } = await hub.admin.get(projectKind, { name });
  const charge = status?.charges?.find((each) => each.name === `${cluster}-${shop}`);
  return charge?.clusters[cluster]?.hard?.['requests.cpu'] as string | undefined;
}

function untilCharged(expected: readonly (string | undefined)[]): Promise<unknown> {
  const asked = async () => {
    const found = await Promise.all([from, to].map(charged));
    return JSON.stringify(found) === JSON.stringify(expected) || Promise.reject(new Error(JSON.stringify(found)));
  };
  return waitFor(asked, { description: `the ledgers have ${JSON.stringify(expected)}`, timeoutMs: 2 * minute });
}

/** UID of the namespace in the member, whom it and its quota belong to, and what may be used in it. */
async function inMember() {
  const client = hub.member(cluster);
  const owner = ({ metadata }: KubeObject) => metadata.labels?.[memberLabels.project];
  const found = await client.get(coreKinds.namespace, { name: shop });
  const quota = await client.get(resourceQuota, { namespace: shop, name: shop });
  const cpu = quota.spec?.hard?.['requests.cpu'];
  return { uid: found.metadata.uid, owners: [owner(found), owner(quota)], cpu };
}

function untilInMember(owner: string): Promise<unknown> {
  const asked = async () => {
    const { owners } = await inMember();
    return owners.every((each) => each === owner) || Promise.reject(new Error(JSON.stringify(owners)));
  };
  return waitFor(asked, { description: `${shop} belongs to ${owner}`, timeoutMs: 2 * minute });
}

async function relabel(labels: Readonly<Record<string, string | null>>): Promise<void> {
  const body = { metadata: { labels } };
  await hub.member(cluster).patch(coreKinds.namespace, { name: shop }, { type: 'merge', body });
}

async function work(): Promise<void> {
  const metadata = { namespace: shop, name: 'work' };
  await hub.member(cluster).create(coreKinds.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
}

async function isWorkThere(): Promise<boolean> {
  const found = await hub.member(cluster).get(coreKinds.configMap, { namespace: shop, name: 'work' });
  return found.metadata.deletionTimestamp === undefined;
}

/** Resolves when the manager was killed after the write that `cause` leads to. */
async function killedAfter(isDue: (written: Written) => boolean, cause: () => Promise<unknown>): Promise<void> {
  let isCrashed = false;
  // At once, and not when somebody has looked: what comes after the write must not.
  const killed = crash.next(isDue).then(() => {
    isCrashed = true;
    return hub.stopManager();
  });
  await cause();
  await waitFor(() => isCrashed, { description: 'the write to be killed after', timeoutMs: 2 * minute });
  await killed;
}

const moveIt = () => hub.apply(emigration());

const stepBegun = (step: string) => (written: Written) => {
  const { status } = (written.object ?? {}) as Partial<NsEmigration>;
  return written.kind === 'NsEmigration' && status?.plan?.step === step;
};
const phaseWritten = (phase: string) => (written: Written) =>
  written.kind === 'NsEmigration' && (written.object as NsEmigration).status?.phase === phase;
const wrote =
  (verb: Written['verb'], where: Written['to'] = 'hub') =>
  (written: Written) =>
    written.verb === verb && written.to === where && written.kind === 'Namespace';

/** What a ledger may have for the namespace. */
type Held = readonly (string | undefined)[];
const nothing: Held = [undefined];
const charge: Held = ['2'];
/** Others may have heard of the write before who made it: whether they had time to follow it until the kill is chance. */
const either: Held = [...nothing, ...charge];

/** What the old Namespace may be. */
type Old = readonly ('there' | 'gone')[];
const there: Old = ['there'];
const gone: Old = ['gone'];
const ending: Old = [...there, ...gone];

describe('a namespace that moves', () => {
  test('arrives whole, though the manager is killed after every write, and both projectKind are charged all the while', async () => {
    const { uid } = await inMember();
    await work();
    /** What the old Namespace may be and what both ledgers may hold at each crash. */
    const points: readonly [string, (written: Written) => boolean, Old, Held, Held][] = [
      ['LockSource', stepBegun('LockSource'), there, charge, nothing],
      ['ReserveInDestination', stepBegun('ReserveInDestination'), there, charge, nothing],
      ['the new Namespace', wrote('create'), there, charge, either],
      ['HandOver', stepBegun('HandOver'), there, charge, charge],
      ['the labels', wrote('patch', 'member'), there, charge, charge],
      ['ConfirmNew', stepBegun('ConfirmNew'), there, charge, charge],
      ['ReleaseSource', stepBegun('ReleaseSource'), there, charge, charge],
      ['the deletion', wrote('delete'), ending, either, charge],
      ['the annotations', wrote('patch'), gone, either, charge],
      ['Finished', phaseWritten('Finished'), gone, either, charge],
    ];
    let cause: () => Promise<unknown> = moveIt;
    for (const [name, isDue, old, ofOld, ofNew] of points) {
      await killedAfter(isDue, cause);
      expect([name, ...old]).toContain((await find(namespaceKind, from)) === undefined ? 'gone' : 'there');
      const [before, after] = await Promise.all([from, to].map(charged));
      expect([name, ofOld.includes(before), ofNew.includes(after)]).toEqual([name, true, true]);
      cause = () => hub.startManager();
    }
    await hub.startManager();
    const { status } = await untilPhase('Finished');
    expect(status).toMatchObject({
      plan: { operation: 'Move', completed: 5, total: 5 },
      reason: 'Succeeded',
    });
    const journal = status?.plan?.journal ?? [];
    expect(journal.map(({ step, state }) => `${step} ${state}`)).toEqual([
      'LockSource Done',
      'ReserveInDestination Done',
      'HandOver Done',
      'ConfirmNew Done',
      'ReleaseSource Done',
    ]);
    // One each: who comes next takes an attempt up. A few more where the machine was so slow that a request failed.
    expect(journal.reduce((sum, { attempt }) => sum + attempt, 0)).toBeLessThan(journal.length + points.length / 2);
    await untilInMember(to);
    expect(await inMember()).toEqual({ uid, owners: [to, to], cpu: '2' });
    expect(await isWorkThere()).toBe(true);
    expect(await find(namespaceKind, from)).toBeUndefined();
    const moved = await untilNamespace(to, 'Available');
    expect(moved.status?.memberUID).toBe(uid);
    expect(moved.metadata.annotations?.[emigrationFrom]).toBeUndefined();
    await untilCharged([undefined, '2']);
  });

  test('has not arrived before the old one is gone', async () => {
    const held = 'tests.tkestack.io/held';
    const hold = async (change: (finalizers: readonly string[]) => readonly string[]) => {
      const { finalizers = [] } = (await find(namespaceKind, from))?.metadata ?? {};
      const body = { metadata: { finalizers: change(finalizers) } };
      await hub.admin.patch(namespaceKind, keyIn(from), { type: 'merge', body });
    };
    await hold((finalizers) => [...finalizers, held]);
    await moveIt();
    const isEnding = ({ status }: NsEmigration) =>
      status?.message === 'ReleaseSource: the old Namespace is being deleted';
    const waiting = await hub.until(emigrationKind, { metadata: keyIn(from) }, 'waits for the end', isEnding);
    expect(waiting.status?.phase).toBe('OldOneTerminating');
    await untilCharged(['2', '2']);
    await hold((finalizers) => finalizers.filter((each) => each !== held));
    await untilPhase('Finished');
    expect(await find(namespaceKind, from)).toBeUndefined();
    await untilCharged([undefined, '2']);
  });

  test('is kept for an hour when it has arrived, and then only its record is gone', async () => {
    await hub.apply(emigration());
    await untilPhase('Finished');
    await hub.stopManager();
    aheadMs = keptMs / 2;
    const manager = await hub.startManager();
    const { items } = await hub.admin.list(emigrationKind);
    const looks = async () => {
      const counts = (await manager.metrics.expose()).matchAll(/reconcile_total\{.*"nsemigrations".*\} (\d+)/g);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    const areLookedAt = async () => (await looks()) >= items.length;
    await waitFor(areLookedAt, { description: 'every record is looked at', timeoutMs: 2 * minute });
    expect((await find(emigrationKind, from))?.metadata).not.toHaveProperty('deletionTimestamp');
    await manager.kill();
    aheadMs = keptMs;
    await hub.startManager();
    await untilGone(emigrationKind, from);
    expect((await inMember()).owners).toEqual([to, to]);
  });

  test('waits for a destination, and for room in it, and is not locked meanwhile', async () => {
    const late = `prj-late-${counter}`;
    await hub.apply(emigration(late));
    const waiting = await hub.untilReason(emigrationKind, { metadata: keyIn(from) }, 'NotReadyToMove');
    expect(waiting.status).toMatchObject({ phase: 'Pending', message: `there is no Project ${late}` });
    await hub.apply(projectOf(late, '1'));
    const refused = await hub.untilReason(emigrationKind, { metadata: keyIn(from) }, 'QuotaExceeded');
    expect(conditionOf(refused, 'Stalled')).toMatchObject({
      status: 'True',
      message: expect.stringContaining('requests.cpu: 2 wanted, which must be at most the 1'),
    });
    expect((await find(namespaceKind, from))?.status?.phase).toBe('Available');
    await hub.apply(projectOf(late, '3'));
    await untilPhase('Finished');
    await untilInMember(late);
  });
});

describe('a namespace that cannot arrive', () => {
  test('goes back when it was taken in the member, and the emigration has Failed with the reason', async () => {
    const { uid } = await inMember();
    await killedAfter(stepBegun('HandOver'), moveIt);
    await relabel({ [memberLabels.project]: 'prj-stranger' });
    await hub.startManager();
    const failed = await untilPhase('Failed');
    expect(failed.status?.reason).toBe('MemberNamespaceTaken');
    expect(conditionOf(failed, 'Stalled')?.status).toBe('True');
    expect(await find(namespaceKind, to)).toBeUndefined();
    await untilCharged(['2', undefined]);
    // Labels alone do not make it the stranger's.
    await untilNamespace(from, 'Available');
    await untilInMember(from);
    expect((await inMember()).uid).toBe(uid);
  });

  test('goes back when the emigration is deleted after the hand-over', async () => {
    const { uid } = await inMember();
    await work();
    await killedAfter(wrote('patch', 'member'), moveIt);
    await hub.admin.delete(emigrationKind, keyIn(from));
    await hub.startManager();
    await untilGone(emigrationKind, from);
    await untilNamespace(from, 'Available');
    await untilInMember(from);
    await untilCharged(['2', undefined]);
    expect([await inMember(), await isWorkThere(), await find(namespaceKind, to)]).toEqual([
      { uid, owners: [from, from], cpu: '2' },
      true,
      undefined,
    ]);
  });

  test('goes back when the new Namespace is deleted by somebody, with all that runs in it', async () => {
    await work();
    await killedAfter(stepBegun('ConfirmNew'), moveIt);
    await hub.admin.delete(namespaceKind, keyIn(to));
    await hub.startManager();
    expect((await untilPhase('Failed')).status?.reason).toBe('NewNamespaceGone');
    await untilNamespace(from, 'Available');
    await untilInMember(from);
    expect(await isWorkThere()).toBe(true);
  });

  test('goes on to the end when it is deleted after the point of no return', async () => {
    await killedAfter(stepBegun('ReleaseSource'), moveIt);
    await hub.admin.delete(emigrationKind, keyIn(from));
    await hub.startManager();
    await untilGone(emigrationKind, from);
    await untilNamespace(to, 'Available');
    await untilInMember(to);
    expect(await find(namespaceKind, from)).toBeUndefined();
  });
});

describe('a member that does not answer', () => {
  test('is waited for, and the move goes on when it is back', async () => {
    await killedAfter(stepBegun('HandOver'), moveIt);
    const member = hub.memberControlPlane(cluster);
    member.pauseApiServer();
    try {
      await hub.startManager();
      const waiting = await hub.until(
        emigrationKind,
        { metadata: keyIn(from) },
        'tells of the member',
        ({ status }) => status?.message === `HandOver: cluster ${cluster} does not answer`,
      );
      expect(waiting.status?.phase).toBe('OldOneDetached');
    } finally {
      member.resumeApiServer();
    }
    await untilPhase('Finished');
    await untilInMember(to);
  });

  test('does not hold the deletion for ever', async () => {
    giveUpAfterMs = 2_000;
    await killedAfter(wrote('patch', 'member'), moveIt);
    const member = hub.memberControlPlane(cluster);
    member.pauseApiServer();
    try {
      await hub.admin.delete(emigrationKind, keyIn(from));
      await hub.startManager();
      await untilGone(emigrationKind, from);
    } finally {
      member.resumeApiServer();
    }
    const told = hub.events.filter(
      ({ object, reason }) => object === `NsEmigration/${keyIn(from).name}` && reason === 'LeftBehind',
    );
    expect(told).toHaveLength(1);
  });
});
