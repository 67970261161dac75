import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { cluster, machine } from '@tke/api-platform';
import { codedErrors } from '@tke/errors';
import { uniqueName, waitFor } from '@tke/envtest';

import { nodeKind } from '../steps/node/node.ts';
import { aMachine, clusterName, creating, finished, World } from './testing/world.ts';

jest.setTimeout(600_000);

const errors = codedErrors({
  WrongKernel: { class: 'NeedsUser', remedy: 'Install another kernel.' },
  Flaky: { class: 'Retryable', remedy: 'Wait.' },
});

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.startManager();
});
afterAll(() => world.stop());
beforeEach(() => world.addCluster());

const machines: string[] = [];
let lastHost = 10;

/** A name and an address that no other test has. */
function fresh(): { name: string; ip: string } {
  const name = uniqueName('mc');
  machines.push(name);
  return { name, ip: `10.0.1.${lastHost++}` };
}

async function joined(spec: object = {}): Promise<{ name: string; ip: string }> {
  const { name, ip } = fresh();
  await world.apply(aMachine(name, ip, spec));
  await world.untilReason(name, 'Succeeded');
  return { name, ip };
}

const bare = { metadata: { finalizers: null } };
afterEach(async () => {
  for (const name of machines.splice(0)) {
    await world.admin.delete(machine, { name }).catch(() => undefined);
    await world.patch(name, bare).catch(() => undefined);
  }
});

describe('a machine', () => {
  test('waits for its cluster and its control plane, joins, and tells of its node', async () => {
    await world.removeCluster();
    const { name, ip } = fresh();
    await world.apply(aMachine(name, ip));
    const waiting = await world.untilReason(name, 'WaitingForCluster');
    expect(waiting.status).toMatchObject({
      phase: 'Initializing',
      message: expect.stringMatching(/does not exist yet/),
    });
    expect(waiting.metadata.finalizers).toEqual(['platform.tkestack.io/machine']);

    await world.addCluster({}, null);
    await world.until(name, 'sees the cluster', ({ status }) => (status?.message ?? '').includes('preflight yet'));
    expect(world.host(ip).locked).toBe(false);

    await world.addCluster();
    const { status, metadata } = await world.untilReason(name, 'Succeeded');
    expect(status).toMatchObject({
      phase: 'Running',
      nodeName: ip,
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'Hostname', address: ip },
      ],
      machineInfo: { kubeletVersion: 'v1.36.3', osImage: 'Debian' },
      plan: { operation: 'Join', completed: 1, total: 1 },
      reason: 'Succeeded',
      observedGeneration: metadata.generation,
    });
    expect(status?.step).toBeUndefined();
    expect(status?.conditions?.map(({ type, status: state }) => `${type}=${state}`)).toEqual([
      'Reconciling=False',
      'Stalled=False',
      'Ready=True',
    ]);
    expect((await world.node(ip)).metadata.labels).toMatchObject({ 'platform.tkestack.io/machine-ip': ip });
  });

  test('is prepared while the control plane is made, and joins while the rest of the cluster is', async () => {
    const { name, ip } = fresh();
    world.prepares.add(ip);
    await world.addCluster({}, creating(0));
    await world.apply(aMachine(name, ip));
    await world.untilReason(name, 'WaitingForCluster');
    expect(world.host(ip).locked).toBe(false);

    await world.addCluster({}, creating(1));
    const { status } = await world.until(name, 'is prepared', ({ status: { message = '' } = {} }) =>
      message.includes('can join yet'),
    );
    expect(status).toMatchObject({
      phase: 'Initializing',
      reason: 'Joining',
      step: '2/3 EnsureClusterJoinable',
      message: `EnsureClusterJoinable: waiting for the control plane of Cluster ${clusterName}, which no host can join yet`,
    });
    expect(world.host(ip).mark).toBeDefined();

    await world.addCluster({}, { ...creating(30), step: 'EnsureNetwork' });
    expect((await world.untilReason(name, 'Succeeded')).status?.nodeName).toBe(ip);
  });

  test('that fails for its user waits for the retry annotation, with everything preflight found', async () => {
    const { name, ip } = fresh();
    let tries = 0;
    world.joins.set(ip, (scope, attempt) => {
      tries++;
      if (tries > 1) {
        return world.playedJoin(scope, attempt);
      }
      const problems = [{ host: ip, check: 'Kernel', message: 'too old', remedy: 'Install another.' }];
      throw Object.assign(errors.WrongKernel('the kernel is 2.6'), { problems });
    });
    await world.apply(aMachine(name, ip));
    const { status } = await world.untilReason(name, 'WrongKernel');
    expect(status).toMatchObject({
      phase: 'Initializing',
      step: '1/1 EnsureJoined',
      preflight: [{ check: 'Kernel' }],
      message: expect.stringMatching(/the kernel is 2.6.*platform.tkestack.io\/retry/s),
    });
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.status).toBe('True');
    await world.patch(name, { metadata: { labels: { touched: 'yes' } } });
    expect(tries).toBe(1);

    await world.retry(name, 'now');
    const after = await world.untilReason(name, 'Succeeded');
    expect(after.status?.handledRetry).toBe('now');
    expect(after.status?.preflight).toBeUndefined();
  });

  test('says which step is under way while it is', async () => {
    const { name, ip } = fresh();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    world.joins.set(ip, async (scope, attempt) => {
      await promise;
      return world.playedJoin(scope, attempt);
    });
    await world.apply(aMachine(name, ip));
    const { status } = await world.untilReason(name, 'Joining');
    expect(status).toMatchObject({
      phase: 'Initializing',
      step: '1/1 EnsureJoined',
      message: 'Step 1/1 EnsureJoined is under way.',
    });
    resolve(undefined);
    await world.untilReason(name, 'Succeeded');
  });

  test('is taken up by the next leader with the same attempt', async () => {
    const { name, ip } = fresh();
    const attempts: string[] = [];
    let mayJoin = false;
    world.joins.set(ip, (scope, attempt) => {
      attempts.push(attempt.id);
      return mayJoin
        ? world.playedJoin(scope, attempt)
        : Promise.resolve({ message: 'kubeadm is at work', job: attempt.id });
    });
    await world.apply(aMachine(name, ip));
    await world.until(name, 'has begun', ({ status }) => status?.plan?.journal?.[0]?.job !== undefined);
    await world.stopManager();
    mayJoin = true;
    await world.startManager();
    await world.untilReason(name, 'Succeeded');
    expect(new Set(attempts).size).toBe(1);
  });

  test.each([
    ['of another tenant', {}, { tenantID: 'other' }, 'TenantMismatch'],
    [
      'with the address of a host of the control plane',
      { machines: [{ ip: '10.0.1.7', password: 'eA==' }] },
      { ip: '10.0.1.7' },
      'AddressTaken',
    ],
    ['of an imported cluster', { type: 'Imported', machines: undefined }, {}, 'ClusterNotBuilt'],
  ])('%s is refused, and no host is touched', async (_what, clusterSpec, spec, reason) => {
    const { name, ip } = fresh();
    const other = `cls-${uniqueName('x').replaceAll('-', '')}`;
    await world.addCluster(clusterSpec, finished('Create'), other);
    await world.apply(aMachine(name, ip, { clusterName: other, ...spec }));
    const { status } = await world.untilReason(name, reason);
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.status).toBe('True');
    expect(status?.plan).toBeUndefined();
    expect([...world.hosts.values()].some((host) => host.ip === (spec as { ip?: string }).ip && host.locked)).toBe(
      false,
    );
    await world.delete(machine, name);
    await world.untilGone(machine, name);
    await world.removeCluster(other);
  });
});

describe('two machines with one address', () => {
  test('the first has the host; the second waits for it to leave, and joins then', async () => {
    const { name, ip } = await joined();
    const { name: second } = fresh();
    await world.apply(aMachine(second, ip));
    const { status } = await world.untilReason(second, 'AddressTaken');
    expect(status?.message).toMatch(new RegExp(`that of Machine ${name}`));

    await world.delete(machine, name);
    await world.untilGone(machine, name);
    const rejoined = await world.untilReason(second, 'Succeeded');
    expect(world.host(ip).mark?.owner).toBe(rejoined.metadata.uid);
    expect(world.host(ip).done).toEqual(['jobs ended', 'reset', 'left', 'released']);
  });
});

describe('the node of a machine', () => {
  test('has the labels, annotations and taints of spec as it changes, and keeps those of others', async () => {
    const taint = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
    const { name, ip } = await joined({ labels: { rack: 'a' }, annotations: { note: 'x' }, taints: [taint] });
    const labelled = await world.node(ip);
    expect(labelled.metadata.labels).toMatchObject({ rack: 'a' });
    expect(labelled.spec?.taints).toEqual(expect.arrayContaining([taint]));

    const foreign = { metadata: { labels: { foreign: '1', rack: 'b' } } };
    await world.admin.patch(nodeKind, { name: ip }, { type: 'merge', body: foreign });
    await waitFor(async () => (await world.node(ip)).metadata.labels?.rack === 'a', { description: 'repair' });

    await world.patch(name, { spec: { labels: null, annotations: null, taints: null } });
    await waitFor(async () => (await world.node(ip)).metadata.labels?.rack === undefined, {
      description: 'removal',
    });
    const { metadata, spec } = await world.node(ip);
    expect(metadata.labels).toMatchObject({ foreign: '1', 'platform.tkestack.io/machine-ip': ip });
    expect(metadata.annotations).not.toHaveProperty('note');
    expect(spec?.taints ?? []).not.toContainEqual(taint);
  });

  test('is cordoned and freed as spec says; a cordon of somebody else stays', async () => {
    const { name, ip } = await joined();
    const unschedulable = async () => (await world.node(ip)).spec?.unschedulable === true;
    await world.patch(name, { spec: { availability: 'Cordoned' } });
    await waitFor(unschedulable, { description: 'the cordon' });
    await world.patch(name, { spec: { availability: 'Active' } });
    await waitFor(async () => !(await unschedulable()), { description: 'the end of the cordon' });

    await world.admin.patch(nodeKind, { name: ip }, { type: 'merge', body: { spec: { unschedulable: true } } });
    await world.until(name, 'tells of the cordon', ({ status }) =>
      (status?.message ?? '').includes('cordoned by somebody else'),
    );
    await world.patch(name, { spec: { labels: { rack: 'c' } } });
    await waitFor(async () => (await world.node(ip)).metadata.labels?.rack === 'c', { description: 'the label' });
    expect(await unschedulable()).toBe(true);
  });

  test('tells how the machine is', async () => {
    const { name, ip } = await joined();
    await world.report(ip, 'False', 'container runtime is down');
    const { status } = await world.untilReason(name, 'NodeNotReady');
    expect(status).toMatchObject({ phase: 'Failed', message: expect.stringMatching(/container runtime is down/) });
    await world.report(ip);
    expect((await world.untilReason(name, 'Succeeded')).status?.phase).toBe('Running');

    await world.delete(nodeKind, ip);
    const missing = await world.untilReason(name, 'NodeMissing');
    expect(missing.status).toMatchObject({ phase: 'Failed', nodeName: ip });
    await world.report(ip);
    await world.untilReason(name, 'Succeeded');

    const label = { 'platform.tkestack.io/machine-ip': '10.9.9.9' };
    await world.admin.patch(nodeKind, { name: ip }, { type: 'merge', body: { metadata: { labels: label } } });
    await world.untilReason(name, 'NodeOfAnother');
    expect((await world.node(ip)).metadata.labels).toMatchObject(label);
  });

  test('is not known while nobody answers for its cluster, and nothing is said to be wrong with it', async () => {
    const { name } = await joined();
    world.members.putUnusable(clusterName, errors.Flaky('the API server is away'));
    const { status } = await world.untilReason(name, 'ClusterUnreachable');
    expect(status).toMatchObject({ phase: 'Running', message: expect.stringMatching(/the API server is away/) });
    expect(status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('Unknown');
    await world.connectMember();
    await world.untilReason(name, 'Succeeded');
  });

  test('is left as it was told by a manager that has just started', async () => {
    const { name } = await joined();
    const before = await world.get(name);
    await world.stopManager();
    await world.startManager();
    await joined(); // by then the first has been looked at
    const after = await world.get(name);
    expect(after.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });
});

test('a cluster that is deleted under a machine is waited for', async () => {
  const { name } = await joined();
  await world.admin.patch(
    cluster,
    { name: clusterName },
    { type: 'merge', body: { metadata: { finalizers: ['a.io/b'] } } },
  );
  await world.admin.delete(cluster, { name: clusterName });
  const { status } = await world.untilReason(name, 'WaitingForCluster');
  expect(status?.message).toMatch(/is being deleted/);
  await world.removeCluster();
});
