import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { cluster, machine, type Machine } from '@tke/api-platform';
import { codedErrors } from '@tke/errors';
import { uniqueName, waitFor } from '@tke/envtest';
import { isNotFound } from '@tke/kube-client';
import type { Kind, KubeObject } from '@tke/meta';
import { ShiftedClock } from '@tke/time';

import { podKind } from '../steps/node/pod.ts';
import { aMachine, aPod, clusterName, creating, World } from '../machine/testing/world.ts';
import { nodeKind } from '../steps/node/node.ts';

jest.setTimeout(600_000);

const errors = codedErrors({
  HostUnreachable: { class: 'Retryable', remedy: 'Check that the host is up.' },
  AuthenticationFailed: { class: 'NeedsUser', remedy: 'Check the password.' },
  HostInUse: { class: 'NeedsUser', remedy: 'Remove the host from the other cluster first.' },
});

const budgetKind: Kind<KubeObject & { spec: object }> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
};

// Deadlines and back-offs of minutes are over when a test says so, however slow the machine is.
const clock = new ShiftedClock();

let world: World;
beforeAll(async () => {
  world = await World.start();
  await world.startManager(clock);
});
afterAll(() => world.stop());
beforeEach(() => world.addCluster());

let lastHost = 10;
const namespace = 'default';

async function joined(spec: object = {}): Promise<{ name: string; ip: string }> {
  const name = uniqueName('mc');
  const ip = `10.0.2.${lastHost++}`;
  await world.apply(aMachine(name, ip, spec));
  await world.untilReason(name, 'Succeeded');
  return { name, ip };
}

/** A running pod that a budget allows to go, or not. */
async function runningPod(nodeName: string, budget?: { readonly disruptionsAllowed: number }) {
  const name = uniqueName('pod');
  await world.admin.create(podKind, aPod(namespace, name, nodeName, name));
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await world.admin.patch(podKind, { namespace, name }, { type: 'merge', body: { status } }, { subresource: 'status' });
  if (budget !== undefined) {
    const selector = { matchLabels: { app: name } };
    const metadata = { namespace, name };
    await world.admin.create(budgetKind, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { minAvailable: 1, selector },
    });
    await allow(name, budget.disruptionsAllowed);
  }
  return name;
}

async function allow(name: string, disruptionsAllowed: number): Promise<void> {
  const counts = { currentHealthy: 1 + disruptionsAllowed, desiredHealthy: 1, expectedPods: 2 };
  const body = { status: { ...counts, disruptionsAllowed, observedGeneration: 1 } };
  await world.admin.patch(budgetKind, { namespace, name }, { type: 'merge', body }, { subresource: 'status' });
}

async function isThere<T extends KubeObject>(kind: Kind<T>, name: string): Promise<boolean> {
  try {
    await world.admin.get(kind, kind.namespaced ? { namespace, name } : { name });
    return true;
  } catch (error) {
    if (isNotFound(error)) {
      return false;
    }
    throw error;
  }
}

const reasonsOf = (name: string) => world.events.filter(({ object }) => object === name).map(({ reason }) => reason);
const noteOf = (name: string, reason: string) =>
  world.events.find((event) => event.object === name && event.reason === reason)?.note;

async function remove(name: string): Promise<void> {
  await world.delete(machine, name);
  await world.untilGone(machine, name);
}

/** Time passes, and the Machine is looked at. */
async function elapse(name: string, durationMs: number): Promise<void> {
  clock.shiftMs += durationMs;
  await world.wake(name);
}

/** The end of a Machine that is being deleted, however often that is tried: the time between the attempts passes at once. */
async function untilGoneAfterRetries(name: string): Promise<void> {
  const hurry = async () => {
    const { status } = await world.get(name);
    const waitsMs = (status?.plan?.journal ?? []).map(({ retryAt = '' }) => Date.parse(retryAt) - clock.now());
    const longestMs = Math.max(0, ...waitsMs.filter((waitMs) => waitMs > 0));
    if (longestMs > 0) {
      await elapse(name, longestMs);
    }
    throw new Error(JSON.stringify(status));
  };
  const gone = () =>
    hurry().catch((error: unknown) => {
      if (isNotFound(error)) {
        return true;
      }
      throw error;
    });
  await waitFor(gone, { description: `the end of ${name}`, timeoutMs: 120_000 });
}

const isBlockedByBudget = ({ status }: Machine) =>
  status?.drain?.blocked?.some(({ reason }) => reason.startsWith('The disruption budget ')) === true;

const wholeReset = ['jobs ended', 'reset', 'left', 'released'];

describe('a machine that is deleted', () => {
  test('is drained as budgets allow, loses its node, and its host is reset and given up', async () => {
    const { name, ip } = await joined();
    const free = await runningPod(ip);
    const kept = await runningPod(ip, { disruptionsAllowed: 0 });
    const atReset: boolean[] = [];
    world.host(ip).beforeReset = async () => atReset.push(await isThere(nodeKind, ip));

    await world.delete(machine, name);
    const { status } = await world.until(
      name,
      'is blocked, and says so',
      (object) =>
        object.status?.drain?.remaining === 1 &&
        isBlockedByBudget(object) &&
        (object.status.message ?? '').includes(kept),
    );
    expect(status).toMatchObject({
      phase: 'Terminating',
      step: '1/4 EnsureDrain',
      drain: { remaining: 1, blocked: [{ name: kept }] },
    });
    expect([await isThere(podKind, free), await isThere(nodeKind, ip)]).toEqual([false, true]);
    expect((await world.node(ip)).spec?.unschedulable).toBe(true);
    expect(world.host(ip).done).toEqual([]);

    await allow(kept, 1);
    await world.untilGone(machine, name);
    expect([await isThere(podKind, kept), await isThere(nodeKind, ip)]).toEqual([false, false]);
    expect(world.host(ip).done).toEqual(wholeReset);
    expect(atReset).toEqual([false]);
    expect(reasonsOf(name)).not.toContain('LeftBehind');
  });

  test('goes on without pods whose time is over, and names them', async () => {
    const { name, ip } = await joined({ drainTimeoutSeconds: 120 });
    const kept = await runningPod(ip, { disruptionsAllowed: 0 });
    await world.delete(machine, name);
    await world.until(name, 'is blocked', isBlockedByBudget);
    await elapse(name, 121_000);
    await world.untilGone(machine, name);
    expect(await isThere(podKind, kept)).toBe(true);
    expect(noteOf(name, 'DrainGivenUp')).toContain(`${namespace}/${kept}`);
    expect(world.host(ip).done).toEqual(wholeReset);
  });

  test('does not wait for pods that a silent kubelet would have to end', async () => {
    const { name, ip } = await joined();
    const pod = await runningPod(ip);
    const finalizers = { metadata: { finalizers: ['example.com/held'] } };
    await world.admin.patch(podKind, { namespace, name: pod }, { type: 'merge', body: finalizers });
    await world.report(ip, 'Unknown', 'Kubelet stopped posting node status.');
    await remove(name);
    expect(reasonsOf(name)).not.toContain('DrainGivenUp');
    expect(await isThere(podKind, pod)).toBe(true);
  });

  test.each([
    ['is down', errors.HostUnreachable('no route to host')],
    ['refuses the login', errors.AuthenticationFailed('permission denied')],
  ])('ends though its host %s, and says what is left there', async (_what, error) => {
    const { name, ip } = await joined();
    world.host(ip).down = error;
    await world.delete(machine, name);
    await untilGoneAfterRetries(name);
    expect(await isThere(nodeKind, ip)).toBe(false);
    expect(noteOf(name, 'LeftBehind')).toMatch(
      new RegExp(`^${ip}: All that was installed: ${error.message}.*reset.sh`, 's'),
    );
  });

  test('resets a host that comes back in time, and the node that came back with it', async () => {
    const { name, ip } = await joined();
    const host = world.host(ip);
    host.down = errors.HostUnreachable('it boots');
    host.downFor = 1;
    let wasGone = false;
    host.beforeReset = async () => {
      wasGone = !(await isThere(nodeKind, ip));
      await world.report(ip);
    };
    await remove(name); // by itself, a few seconds after it was refused
    expect(wasGone).toBe(true);
    expect(host.done).toEqual(wholeReset);
    expect(await isThere(nodeKind, ip)).toBe(false);
    expect(reasonsOf(name)).not.toContain('LeftBehind');
  });

  test('ends though nobody answers for its cluster', async () => {
    const { name, ip } = await joined();
    world.members.putUnusable(clusterName, errors.HostUnreachable('the API server is away'));
    await world.delete(machine, name);
    await elapse(name, 301_000); // while the drain would have ten minutes
    await untilGoneAfterRetries(name);
    expect(noteOf(name, 'DrainGivenUp')).toMatch(/without a drain: .*the API server is away/);
    expect(noteOf(name, 'LeftBehind')).toMatch(
      new RegExp(`^${clusterName}: The Node of ${ip}: .*the API server is away`),
    );
    expect(world.host(ip).done).toEqual(wholeReset);
    await world.connectMember();
    await world.delete(nodeKind, ip);
  });

  test('ends in its time though the platform may not look at its pods', async () => {
    const { name, ip } = await joined({ drainTimeoutSeconds: 180 });
    await world.setMemberPermissions(({ resources }) => !resources.includes('pods'));
    await world.delete(machine, name);
    await world.until(name, 'says so', ({ status }) => (status?.message ?? '').includes('cannot list resource'));
    await elapse(name, 181_000);
    await world.untilGone(machine, name);
    expect(noteOf(name, 'DrainGivenUp')).toMatch(/nothing is known of its pods/);
    expect(world.host(ip).done).toEqual(wholeReset);
    await world.setMemberPermissions(() => true);
  });

  test('ends a join that is under way, and undoes it', async () => {
    const name = uniqueName('mc');
    const ip = `10.0.2.${lastHost++}`;
    world.joins.set(ip, async (scope, attempt) => {
      await world.playedJoin(scope, attempt);
      return { message: 'kubeadm is at work', job: attempt.id };
    });
    await world.apply(aMachine(name, ip));
    await world.until(name, 'joins', ({ status }) => status?.plan?.journal?.[0]?.job !== undefined);
    await remove(name);
    expect(world.host(ip).done).toEqual(wholeReset);
    expect(await isThere(nodeKind, ip)).toBe(false);
  });

  test('goes at once when its host was never reached, or it had no cluster', async () => {
    const ip = `10.0.2.${lastHost++}`;
    world.host(ip).down = errors.HostUnreachable('mistyped');
    const mistyped = uniqueName('mc');
    await world.apply(aMachine(mistyped, ip));
    await world.untilReason(mistyped, 'HostUnreachable');
    await remove(mistyped); // a host that does not answer takes five minutes
    expect(reasonsOf(mistyped)).not.toContain('LeftBehind');

    const alone = uniqueName('mc');
    await world.apply(aMachine(alone, ip, { clusterName: 'cls-none' }));
    await world.untilReason(alone, 'WaitingForCluster');
    await remove(alone);
    expect(reasonsOf(alone)).not.toContain('HostNotReset');
  });

  test('before there is a control plane gives its host back at once, without asking for a node', async () => {
    const name = uniqueName('mc');
    const ip = `10.0.2.${lastHost++}`;
    world.prepares.add(ip);
    await world.addCluster({}, creating(1));
    world.members.putUnusable(clusterName, errors.HostUnreachable('there is no API server yet'));
    await world.apply(aMachine(name, ip));
    await world.until(name, 'is prepared', ({ status }) => status?.step === '2/3 EnsureClusterJoinable');
    await remove(name);
    expect(world.host(ip).done).toEqual(wholeReset);
    expect(reasonsOf(name)).not.toContain('LeftBehind');
    await world.connectMember();
  });

  test('leaves a host alone that another cluster has taken', async () => {
    const { name, ip } = await joined();
    world.host(ip).down = errors.HostInUse('the host belongs to cluster cls-other');
    await remove(name);
    expect(noteOf(name, 'LeftBehind')).toMatch(/belongs to cluster cls-other/);
    expect(world.host(ip).done).toEqual([]);
  });

  test('keeps to its time when another leader takes over', async () => {
    const { name, ip } = await joined();
    const kept = await runningPod(ip, { disruptionsAllowed: 0 });
    await world.delete(machine, name);
    const before = await world.until(name, 'is blocked', isBlockedByBudget);
    await world.stopManager();
    const another = await runningPod(ip, { disruptionsAllowed: 0 });
    await world.startManager(clock);
    const after = await world.until(
      name,
      'is drained by the new leader',
      ({ status }) => status?.drain?.remaining === 2,
    );
    expect(after.status?.drain?.startedAt).toBe(before.status?.drain?.startedAt);
    expect(after.status?.plan?.startedAt).toBe(before.status?.plan?.startedAt);
    await Promise.all([kept, another].map((pod) => allow(pod, 1)));
    await world.untilGone(machine, name);
    expect(world.host(ip).done).toEqual(wholeReset);
  });
});

describe('when the cluster is deleted', () => {
  async function beginDeletion(): Promise<void> {
    const held = { metadata: { finalizers: ['example.com/held'] } };
    await world.admin.patch(cluster, { name: clusterName }, { type: 'merge', body: held });
    await world.delete(cluster, clusterName);
  }

  test('hosts are reset, and nothing is drained any more', async () => {
    const { name, ip } = await joined();
    const pod = await runningPod(ip, { disruptionsAllowed: 0 });
    await beginDeletion();
    await remove(name);
    expect(world.host(ip).done).toEqual(wholeReset);
    expect([await isThere(podKind, pod), await isThere(nodeKind, ip)]).toEqual([true, true]);
    await world.removeCluster();
  });

  test('hosts go on as they are when it is detached', async () => {
    const { name, ip } = await joined();
    const pod = await runningPod(ip);
    const body = { spec: { deletionPolicy: 'Detach' } };
    await world.admin.patch(cluster, { name: clusterName }, { type: 'merge', body });
    await beginDeletion();
    await remove(name);
    expect(world.host(ip).done).toEqual(['released']);
    expect([await isThere(podKind, pod), await isThere(nodeKind, ip)]).toEqual([true, true]);
    await world.removeCluster();
  });

  test('and is gone, its machines go too, and say that their hosts were not reset', async () => {
    const { name, ip } = await joined();
    await world.removeCluster();
    await remove(name);
    const said = `Cluster ${clusterName} is gone; where .*/mark on ${ip} says owner=[-0-9a-f]{36}, run `;
    expect(noteOf(name, 'HostNotReset')).toMatch(new RegExp(said));
    expect(world.host(ip).done).toEqual([]);
  });

  test('a host that has become one of its control plane is not reset', async () => {
    const { name, ip } = await joined();
    const machines = ['10.0.0.1', ip].map((address) => ({ ip: address, password: 'c2VjcmV0' }));
    await world.admin.patch(cluster, { name: clusterName }, { type: 'merge', body: { spec: { machines } } });
    await remove(name);
    expect(noteOf(name, 'HostNotReset')).toMatch(/control plane/);
    expect(world.host(ip).done).toEqual([]);
    await world.removeCluster();
  });
});

describe('a machine that shall be drained', () => {
  test('is, as budgets allow; and says what is in the way when their time is over', async () => {
    const { name, ip } = await joined({ drainTimeoutSeconds: 300 });
    const kept = await runningPod(ip, { disruptionsAllowed: 0 });
    const alone = uniqueName('alone');
    await world.apply({ ...aPod(namespace, alone, ip), metadata: { namespace, name: alone } });
    await world.patch(name, { spec: { availability: 'Drained' } });
    const draining = await world.untilReason(name, 'Draining');
    expect(draining.status).toMatchObject({ phase: 'Running', drain: { remaining: 2 } });
    expect((await world.node(ip)).spec?.unschedulable).toBe(true);

    await elapse(name, 301_000);
    const { status } = await world.until(
      name,
      'says what is in the way',
      (object) => object.status?.reason === 'DrainBlocked' && isBlockedByBudget(object),
    );
    expect(status?.message).toMatch(new RegExp(`${alone} \\(no controller.*${kept} \\(The disruption budget`));
    expect(status?.conditions?.find(({ type }) => type === 'Stalled')?.status).toBe('True');

    await world.admin.delete(podKind, { namespace, name: alone }, { gracePeriodSeconds: 0 });
    await allow(kept, 1);
    await world.wake(name);
    await waitFor(async () => !(await isThere(podKind, kept)), { description: 'the eviction' });
    await world.wake(name);
    const drained = await world.untilReason(name, 'Succeeded');
    expect(drained.status?.drain).toMatchObject({ remaining: 0 });
    expect(drained.status?.drain).not.toHaveProperty('blocked');

    await world.patch(name, { spec: { availability: null } });
    await world.until(name, 'is free again', (object) => object.status?.drain === undefined);
    expect((await world.node(ip)).spec?.unschedulable).toBeUndefined();
  });

  test('and is deleted then, has its whole time once more', async () => {
    const { name, ip } = await joined({ drainTimeoutSeconds: 120 });
    const kept = await runningPod(ip, { disruptionsAllowed: 0 });
    await world.patch(name, { spec: { availability: 'Drained' } });
    await world.untilReason(name, 'Draining');
    await elapse(name, 121_000);
    const before = await world.untilReason(name, 'DrainBlocked');
    await world.delete(machine, name);
    const { status } = await world.until(
      name,
      'drains',
      (object) => object.status?.plan?.operation === 'Remove' && isBlockedByBudget(object),
    );
    expect(Date.parse(status?.drain?.startedAt ?? '')).toBeGreaterThan(
      Date.parse(before.status?.drain?.startedAt ?? ''),
    );
    await allow(kept, 1);
    await world.untilGone(machine, name);
    expect(reasonsOf(name)).not.toContain('DrainGivenUp');
  });
});
