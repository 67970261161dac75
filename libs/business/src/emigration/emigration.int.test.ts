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
import { addEmigrationController } from './emigration-controller.ts';
import { keptMs } from './emigration-reconciler.ts';
import { emigrationFrom } from './names.ts';
import { emigrationPermissions } from './permissions.ts';
import { CrashPoint, type Written } from './testing/crash-points.ts';

const minute = 60_000;
jest.setTimeout(5 * minute);

const cluster = 'cls-a';
const [from, to] = ['prj-from', 'prj-to'];
const crash = new CrashPoint();
/** How far the clock of the emigrationKind is ahead. Milliseconds. */
let aheadMs = 0;
let giveUpAfterMs = minute;
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
  await hub.addMember(cluster, 'team');
});

afterAll(() => hub.stop());

beforeEach(async () => {
  shop = `shop-${++counter}`;
  aheadMs = 0;
  giveUpAfterMs = minute;
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
  return waitFor(isGone, { description: `${kind.kind} of ${namespace} is gone`, timeoutMs: minute });
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
  return waitFor(asked, { description: `the ledgers have ${JSON.stringify(expected)}`, timeoutMs: minute });
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
  return waitFor(asked, { description: `${shop} belongs to ${owner}`, timeoutMs: minute });
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
  const crashed = crash.next(isDue);
  await cause();
  await crashed;
  await hub.stopManager();
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

/** Whether the old project had time to take its charge back before this kill is chance. */
const withoutChance = ([point, from, to]: (string | undefined)[]) =>
  point === 'the annotations' ? [point, to] : [point, from, to];

describe('a namespace that moves', () => {
  test('arrives whole, though the manager is killed after every write, and both projectKind are charged all the while', async () => {
    const { uid } = await inMember();
    await work();
    /** What both ledgers hold at each crash. */
    const points: readonly [string, (written: Written) => boolean, readonly (string | undefined)[]][] = [
      ['LockSource', stepBegun('LockSource'), ['2', undefined]],
      ['ReserveInDestination', stepBegun('ReserveInDestination'), ['2', undefined]],
      ['the new Namespace', wrote('create'), ['2', undefined]],
      ['HandOver', stepBegun('HandOver'), ['2', '2']],
      ['the labels', wrote('patch', 'member'), ['2', '2']],
      ['ConfirmNew', stepBegun('ConfirmNew'), ['2', '2']],
      ['ReleaseSource', stepBegun('ReleaseSource'), ['2', '2']],
      ['the deletion', wrote('delete'), ['2', '2']],
      ['the annotations', wrote('patch'), [undefined, '2']],
      ['Finished', phaseWritten('Finished'), [undefined, '2']],
    ];
    const seen: (string | undefined)[][] = [];
    let cause: () => Promise<unknown> = moveIt;
    for (const [name, isDue] of points) {
      await killedAfter(isDue, cause);
      seen.push([name, ...(await Promise.all([from, to].map(charged)))]);
      cause = () => hub.startManager();
    }
    await hub.startManager();
    const expected = points.map(([name, , ledgers]) => [name, ...ledgers]);
    expect(seen.map(withoutChance)).toEqual(expected.map(withoutChance));
    const { status } = await untilPhase('Finished');
    expect(status).toMatchObject({
      plan: { operation: 'Move', completed: 5, total: 5 },
      reason: 'Succeeded',
    });
    expect(status?.plan?.journal?.map(({ step, state, attempt }) => `${step} ${state} ${attempt}`)).toEqual([
      'LockSource Done 1',
      'ReserveInDestination Done 1',
      'HandOver Done 1',
      'ConfirmNew Done 1',
      'ReleaseSource Done 1',
    ]);
    await untilInMember(to);
    expect(await inMember()).toEqual({ uid, owners: [to, to], cpu: '2' });
    expect(await isWorkThere()).toBe(true);
    expect(await find(namespaceKind, from)).toBeUndefined();
    const moved = await untilNamespace(to, 'Available');
    expect(moved.status?.memberUID).toBe(uid);
    expect(moved.metadata.annotations?.[emigrationFrom]).toBeUndefined();
    await untilCharged([undefined, '2']);
  });

  test('is kept for an hour when it has arrived, and then only its record is gone', async () => {
    await hub.apply(emigration());
    await untilPhase('Finished');
    await hub.stopManager();
    aheadMs = keptMs - minute;
    const manager = await hub.startManager();
    await hub.untilReason(projectKind, { metadata: { name: from } }, 'Succeeded');
    expect(await find(emigrationKind, from)).toBeDefined();
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
    await hub.startManager();
    const waiting = await hub.until(
      emigrationKind,
      { metadata: keyIn(from) },
      'tells of the member',
      ({ status }) => status?.message === `HandOver: cluster ${cluster} does not answer`,
    );
    expect(waiting.status?.phase).toBe('OldOneDetached');
    member.resumeApiServer();
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
      ({ object, reason }) => object.startsWith('NsEmigration/') && reason === 'LeftBehind',
    );
    expect(told).toHaveLength(1);
  });
});
