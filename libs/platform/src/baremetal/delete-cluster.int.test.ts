import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { cluster, machine } from '@tke/api-platform';
import { waitFor } from '@tke/envtest';
import { coreKinds } from '@tke/meta';

import { clusterMark } from '../names.ts';
import { destroySteps, detachSteps } from './delete-steps.ts';
import { namespace, PlatformHub } from './testing/platform-hub.ts';
import { failsForUser, Script, succeeds, waits } from './testing/script.ts';

jest.setTimeout(600_000);

let hub: PlatformHub;
let name: string;
let made = 0;

beforeAll(async () => {
  hub = await PlatformHub.start();
});
afterAll(() => hub.stop());

beforeEach(() => {
  made += 1;
  name = `cls-d${made}`;
  hub.events.length = 0;
  hub.create = new Script('EnsurePreflight', 'EnsureClusterWorks');
  hub.destroy = new Script('EnsureHostReset');
});
afterEach(() => hub.stopManager());

const remove = () => hub.admin.delete(cluster, { name });
const built = () => hub.until(name, 'is built', ({ status }) => status?.plan?.finishedAt !== undefined);
const leftBehind = () => hub.events.filter(({ reason }) => reason === 'LeftBehind').map(({ note }) => note);

/** As a session keeps what it finds when it has logged in. */
async function reached(): Promise<void> {
  const { status } = await hub.get(name);
  const hosts = status?.hosts?.map((host) => ({ ...host, facts: { kernel: '6.1' } }));
  const body = { status: { hosts } };
  await hub.admin.patch(cluster, { name }, { type: 'merge', body }, { subresource: 'status' });
}

describe('a deletion', () => {
  test('takes the hosts apart and lets the object go', async () => {
    await hub.startManager();
    await hub.addCluster(name);
    await built();
    hub.destroy.on('EnsureHostReset', waits('the host is reset'));
    await remove();
    const { status } = await hub.until(name, 'is being deleted', (object) =>
      (object.status?.message ?? '').includes('the host is reset'),
    );
    expect(status).toMatchObject({ phase: 'Terminating', reason: 'Deleting', step: '1/1 EnsureHostReset' });
    hub.destroy.on('EnsureHostReset', succeeds);
    await hub.untilGone(name);
  });

  test('interrupts what is being built, also where that waits for its user', async () => {
    hub.create.on('EnsureClusterWorks', waits());
    await hub.startManager();
    await hub.addCluster(name);
    await waitFor(() => hub.create.count('EnsureClusterWorks') > 0, { description: 'the last step' });
    await remove();
    await hub.untilGone(name);
    const runs = hub.create.count('EnsureClusterWorks');

    name = `${name}b`;
    hub.create.on('EnsurePreflight', failsForUser());
    await hub.addCluster(name);
    await hub.untilReason(name, 'HostTooSmall');
    await remove();
    await hub.untilGone(name);
    expect(hub.create.count('EnsureClusterWorks')).toBe(runs);
    expect(hub.destroy.runs).toEqual(['EnsureHostReset#1', 'EnsureHostReset#1']);
  });

  test('is taken up by another manager, in the same attempt', async () => {
    await hub.startManager();
    await hub.addCluster(name);
    await built();
    hub.destroy.on('EnsureHostReset', waits());
    await remove();
    await waitFor(() => hub.destroy.runs.length > 0, { description: 'the reset' });
    await hub.stopManager();
    hub.destroy.on('EnsureHostReset', succeeds);
    await hub.startManager();
    await hub.untilGone(name);
    expect([...new Set(hub.destroy.runs)]).toEqual(['EnsureHostReset#1']);
    expect(hub.destroy.ids.size).toBe(1);
  });

  test('that was done but for the finalizer is not begun again', async () => {
    hub.create.on('EnsureClusterWorks', waits());
    await hub.startManager();
    await hub.addCluster(name);
    await hub.untilReason(name, 'Creating');
    await hub.stopManager();
    await remove();
    const plan = { operation: 'Delete', step: null, completed: 1, total: 1, finishedAt: new Date().toISOString() };
    const body = { status: { plan } };
    await hub.admin.patch(cluster, { name }, { type: 'merge', body }, { subresource: 'status' });
    await hub.startManager();
    await hub.untilGone(name);
    expect(hub.destroy.runs).toEqual([]);
  });

  test('waits for the Machines before it touches the control plane', async () => {
    const left: number[] = [];
    hub.destroy.on('EnsureHostReset', (_attempt, { machines }) => void left.push(machines().length));
    await hub.startManager({ destroySteps: [...destroySteps.slice(1, 2), ...hub.destroy.steps] });
    await hub.addCluster(name);
    await built();
    await hub.addMachine(`${name}-1`, { clusterName: name, ip: '127.0.0.2' });
    await hub.addMachine(`${name}-2`, { clusterName: name, ip: '127.0.0.3' });
    await hub.addMachine(`${name}-rival`, { clusterName: name, ip: '127.0.0.4', tenantID: 'rival' });
    await Promise.all(['1', '2', 'rival'].map((each) => hub.untilSeen(`${name}-${each}`)));
    await remove();
    await hub.untilGone(name);
    expect(left).toEqual([0]);
    const { items } = await hub.admin.list(machine);
    expect(items.map(({ metadata }) => metadata.name)).toEqual([`${name}-rival`]);
    await hub.admin.delete(machine, { name: `${name}-rival` });
  });
});

describe('a deletion ends, and says what is left', () => {
  test('where a host does not answer', async () => {
    await hub.startManager({ destroySteps });
    await hub.addCluster(name);
    await built();
    await reached();
    await remove();
    const refused = await hub.untilReason(name, 'HostUnreachable');
    expect(refused.status).toMatchObject({ phase: 'Terminating', step: expect.stringContaining('EnsureHostReset') });
    await hub.hurryUntilGone(name);
    expect(leftBehind()).toEqual([
      expect.stringMatching(/^127\.0\.0\.1: All that was installed: .*reset\.sh/s),
      expect.stringMatching(/^127\.0\.0\.1: The folder \/var\/lib\/tke: /),
    ]);
  });

  test('where a host was taken out of spec after it had been prepared', async () => {
    const hosts = ['127.0.0.1', '127.0.0.2'].map((ip) => ({ ip, port: 9, password: 'c2VjcmV0' }));
    await hub.startManager();
    await hub.addCluster(name, { machines: hosts });
    await built();
    await reached();
    await hub.edit(name, { spec: { machines: hosts.slice(0, 1) } });
    await hub.untilReason(name, 'ScaleNotSupported');
    hub.destroy.on('EnsureHostReset', waits());
    await remove();
    const { status } = await hub.until(name, 'is being deleted', (object) => object.status?.reason === 'Deleting');
    expect(status?.leftBehind).toEqual([expect.objectContaining({ host: '127.0.0.2' })]);
    hub.destroy.on('EnsureHostReset', succeeds);
    await hub.untilGone(name);
  });

  test('which is nothing, and at once, where nobody ever logged in', async () => {
    await hub.startManager({ destroySteps });
    hub.create.on('EnsurePreflight', failsForUser('wrong password'));
    await hub.addCluster(name);
    await hub.untilReason(name, 'HostTooSmall');
    await remove();
    await hub.untilGone(name); // a host that does not answer takes five minutes
    expect(leftBehind()).toEqual([]);
  });

  test('where what opens the host is gone', async () => {
    await hub.addSecret(`login-${name}`, { password: 'x' });
    await hub.startManager({ destroySteps });
    await hub.addCluster(name, { machines: [{ ip: '127.0.0.1', credentialSecretRef: { name: `login-${name}` } }] });
    await built();
    await reached();
    await hub.admin.delete(coreKinds.secret, { namespace, name: `login-${name}` });
    await remove();
    await hub.until(name, 'tries by itself', ({ status }) => status?.reason === 'SecretNotFound');
    await hub.hurryUntilGone(name);
    expect(leftBehind()[0]).toMatch(/SecretNotFound|there is none with the label/);
  });
});

describe('a cluster that is detached', () => {
  test('goes on without mark, and nothing is done on its hosts', async () => {
    const destroyed = hub.destroy.runs;
    await hub.startManager({ detachSteps });
    hub.create.on('EnsureClusterWorks', async (_attempt, scope) => {
      await scope.saveCredential(await hub.credential());
      return undefined;
    });
    const { metadata } = await hub.addCluster(name, { deletionPolicy: 'Detach' });
    await built();
    await reached();
    await hub.untilReason(name, 'Succeeded');
    const data = { hub: 'hub-under-test', cluster: name, clusterUID: metadata.uid ?? '' };
    await hub.admin.create(coreKinds.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: clusterMark, data });
    await remove();
    await hub.hurryUntilGone(name);
    expect(destroyed).toEqual([]);
    await expect(hub.admin.get(coreKinds.configMap, clusterMark)).rejects.toMatchObject({ httpStatus: 404 });
    expect(leftBehind()).toEqual([expect.stringContaining('127.0.0.1: The lock of the cluster')]);
  });
});
