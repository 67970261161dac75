import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { cluster, clusterCredential, type Cluster, type PreflightProblem } from '@tke/api-platform';
import { CodedError } from '@tke/errors';
import { waitFor } from '@tke/envtest';
import { coreKinds } from '@tke/meta';

import { clusterFinalizer } from '../names.ts';
import { condition, namespace, PlatformHub } from './testing/platform-hub.ts';
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
  name = `cls-t${made}`;
  hub.events.length = 0;
  hub.create = new Script('EnsurePreflight', 'EnsureStoreCredential', 'EnsureClusterWorks');
  hub.destroy = new Script('EnsureHostReset');
  hub.create.on('EnsureStoreCredential', async (_attempt, scope) => {
    await scope.saveCredential(await hub.credential());
    return undefined;
  });
});
afterEach(async () => {
  await hub.admin.delete(cluster, { name });
  await hub.untilGone(name);
  await hub.stopManager();
});

/** The last step is under way, and the others are done. */
const untilItWaits = () =>
  hub.until(name, 'waits', ({ status }) => status?.message?.includes('it takes its time') === true);
const summary = (object: Cluster) => ['Reconciling', 'Stalled', 'Ready'].map((type) => condition(object, type)?.status);

describe('a cluster that is built', () => {
  test('tells how far it is, and is Ready and Running at the end', async () => {
    hub.create.on('EnsureClusterWorks', waits('coredns has no ready pod'));
    await hub.startManager();
    await hub.addCluster(name);
    const underWay = await hub.until(name, 'waits', ({ status }) => status?.message?.includes('coredns') === true);
    expect(underWay.metadata.finalizers).toEqual([clusterFinalizer]);
    expect(underWay.status).toMatchObject({
      phase: 'Initializing',
      step: '3/3 EnsureClusterWorks',
      reason: 'Creating',
      message: expect.stringContaining('coredns has no ready pod'),
      clusterCIDR: '10.244.0.0/16',
      dnsIP: expect.stringMatching(/^10\.244\./),
      builtVersion: expect.stringMatching(/^1\.\d+\.\d+$/),
      hosts: [{ ip: '127.0.0.1' }],
    });
    expect(underWay.status?.conditions?.map(({ type }) => type).slice(0, 3)).toEqual([
      'Reconciling',
      'Stalled',
      'Ready',
    ]);
    expect(summary(underWay)).toEqual(['True', 'False', 'Unknown']);

    hub.create.on('EnsureClusterWorks', succeeds);
    const ready = await hub.untilReason(name, 'Succeeded');
    expect(summary(ready)).toEqual(['False', 'False', 'True']);
    expect(ready.status).toMatchObject({
      phase: 'Running',
      version: expect.stringMatching(/^1\./),
      uid: expect.any(String),
      plan: { operation: 'Create', completed: 3, total: 3, finishedAt: expect.any(String) },
    });
    expect(ready.status).not.toHaveProperty('step');
    expect(hub.create.runs.filter((run) => run.endsWith('#1'))).toEqual(hub.create.runs);
    await hub.untilEvent('Normal', 'Accepted');
    await hub.untilEvent('Normal', 'Succeeded');
  });

  test('has its credential in the platform namespace, for its tenant, and it goes with the cluster', async () => {
    await hub.startManager();
    const { metadata } = await hub.addCluster(name);
    await hub.untilReason(name, 'Succeeded');
    const owner = [expect.objectContaining({ kind: 'Cluster', name, uid: metadata.uid })];
    const secret = await hub.admin.get(coreKinds.secret, { namespace, name: `${name}-admin` });
    expect(secret).toMatchObject({
      type: 'Opaque',
      metadata: { labels: { 'platform.tkestack.io/tenant-id': 'acme' }, ownerReferences: owner },
    });
    expect(Object.keys(secret.data ?? {}).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    const credential = await hub.admin.get(clusterCredential, { name: `cc-${name}` });
    expect(credential).toMatchObject({
      tenantID: 'acme',
      clusterName: name,
      secretRef: { name: `${name}-admin` },
      metadata: { ownerReferences: owner },
    });
    expect(JSON.stringify(await hub.get(name))).not.toContain(secret.data!['tls.key']);
  });

  test('does not take the credential of another cluster', async () => {
    await hub.startManager();
    await hub.admin.create(clusterCredential, {
      apiVersion: 'platform.tkestack.io/v1',
      kind: 'ClusterCredential',
      metadata: { name: 'cc-taken' },
      tenantID: 'acme',
      clusterName: 'cls-other',
    });
    await hub.addCluster(name, { clusterCredentialRef: { name: 'cc-taken' } });
    const stalled = await hub.untilReason(name, 'CredentialTaken');
    expect(summary(stalled)).toEqual(['False', 'True', 'False']);
  });
});

describe('a step that waits for its user', () => {
  const problems: PreflightProblem[] = [
    { host: '127.0.0.1', check: 'Cpus', message: 'has 1 CPU, and 2 are needed', remedy: 'Give it another.' },
    { host: '127.0.0.1', check: 'Swap', message: 'swaps', remedy: 'Run swapoff.' },
  ];
  class Problems extends CodedError {
    readonly problems = problems;
  }

  test('is not tried again by itself, and says how to have it tried', async () => {
    hub.create.on('EnsurePreflight', failsForUser());
    await hub.startManager();
    await hub.addCluster(name);
    const stalled = await hub.untilReason(name, 'HostTooSmall');
    expect(summary(stalled)).toEqual(['False', 'True', 'False']);
    expect(stalled.status).toMatchObject({ phase: 'Initializing', step: '1/3 EnsurePreflight' });
    expect(condition(stalled, 'Ready')?.message).toMatch(
      /the host is too small.*Take a larger one.*platform\.tkestack\.io\/retry/s,
    );
    await hub.edit(name, { metadata: { labels: { touched: 'yes' } } });
    expect(hub.create.count('EnsurePreflight')).toBe(1);

    await hub.retry(name, 'first');
    await waitFor(() => hub.create.count('EnsurePreflight') > 1, { description: 'another attempt' });
    await hub.until(name, 'has answered', ({ status }) => status?.handledRetry === 'first');
    hub.create.on('EnsurePreflight', succeeds);
    await hub.edit(name, { spec: { displayName: 'changed' } });
    await hub.untilReason(name, 'Succeeded');
    expect(hub.create.runs.filter((run) => run.startsWith('EnsurePreflight'))).toEqual([
      'EnsurePreflight#1',
      'EnsurePreflight#2',
      'EnsurePreflight#3',
    ]);
  });

  test('has all that preflight found in status until it has passed', async () => {
    hub.create.on('EnsurePreflight', () => {
      throw new Problems('PreflightFailed', { class: 'NeedsUser', remedy: 'See status.preflight.' }, '2 problems');
    });
    await hub.startManager();
    await hub.addCluster(name);
    const stalled = await hub.untilReason(name, 'PreflightFailed');
    expect(stalled.status?.preflight).toEqual(problems);
    await hub.stopManager();
    await hub.startManager();
    await hub.edit(name, { metadata: { annotations: { other: 'thing' } } });
    expect((await hub.get(name)).status?.preflight).toEqual(problems);

    hub.create.on('EnsurePreflight', succeeds);
    await hub.retry(name, '1');
    expect((await hub.untilReason(name, 'Succeeded')).status).not.toHaveProperty('preflight');
  });

  test('needs no retry where the Secret was wrong: it goes on when that is corrected', async () => {
    await hub.addSecret(`login-${name}`, { password: 'wrong' });
    hub.create.on('EnsurePreflight', failsForUser('wrong password'));
    await hub.startManager();
    await hub.addCluster(name, { machines: [{ ip: '127.0.0.1', credentialSecretRef: { name: `login-${name}` } }] });
    await hub.untilReason(name, 'HostTooSmall');
    hub.create.on('EnsurePreflight', succeeds);
    const key = { namespace, name: `login-${name}` };
    const data = { password: Buffer.from('right').toString('base64') };
    await hub.admin.patch(coreKinds.secret, key, { type: 'merge', body: { data } });
    await hub.untilReason(name, 'Succeeded');
    expect(hub.create.runs.filter((run) => run.startsWith('EnsurePreflight'))).toEqual([
      'EnsurePreflight#1',
      'EnsurePreflight#2',
    ]);
  });

  test('needs no retry where a Secret was missing: it goes on when the Secret arrives', async () => {
    await hub.startManager();
    await hub.addCluster(name, { machines: [{ ip: '127.0.0.1', credentialSecretRef: { name: `login-${name}` } }] });
    const stalled = await hub.untilReason(name, 'SecretNotFound');
    expect(stalled.status).toMatchObject({ phase: 'Initializing' });
    expect(hub.create.runs).toEqual([]);
    await hub.addSecret(`login-${name}`, { password: 'x' }, 'other');
    await hub.untilReason(name, 'SecretOfAnotherTenant');
    const labels = { 'platform.tkestack.io/tenant-id': 'acme' };
    const key = { namespace, name: `login-${name}` };
    await hub.admin.patch(coreKinds.secret, key, { type: 'merge', body: { metadata: { labels } } });
    await hub.untilReason(name, 'Succeeded');
  });
});

describe('another manager', () => {
  test('takes up the attempt that is under way, and repeats nothing that is done', async () => {
    hub.create.on('EnsureClusterWorks', waits());
    await hub.startManager();
    await hub.addCluster(name);
    await untilItWaits();
    await hub.stopManager();
    const before = hub.create.count('EnsureClusterWorks');
    await hub.startManager();
    await waitFor(() => hub.create.count('EnsureClusterWorks') > before, { description: 'the step goes on' });
    hub.create.on('EnsureClusterWorks', succeeds);
    await hub.untilReason(name, 'Succeeded');
    expect(hub.create.runs.filter((run) => !run.startsWith('EnsureClusterWorks'))).toEqual([
      'EnsurePreflight#1',
      'EnsureStoreCredential#1',
    ]);
    expect(new Set(hub.create.runs)).toContain('EnsureClusterWorks#1');
    expect(hub.create.ids.size).toBe(3);
  });

  test('keeps the version that was chosen', async () => {
    hub.create.on('EnsureClusterWorks', waits());
    await hub.startManager();
    await hub.addCluster(name);
    await untilItWaits();
    await hub.stopManager();
    // As an older release of the platform would have chosen.
    await hub.admin.patch(
      cluster,
      { name },
      { type: 'merge', body: { status: { builtVersion: '1.34.4' } } },
      { subresource: 'status' },
    );
    const versions = new Set<string>();
    hub.create.on('EnsureClusterWorks', (_attempt, { version }) => void versions.add(version));
    await hub.startManager();
    expect((await hub.untilReason(name, 'Succeeded')).status?.builtVersion).toBe('1.34.4');
    expect([...versions]).toEqual(['1.34.4']);
  });
});

test('a mistyped address can be corrected while the cluster is built, and the plan begins anew for the new host', async () => {
  hub.create.on('EnsureClusterWorks', waits());
  await hub.startManager();
  await hub.addCluster(name, { machines: [{ ip: '127.0.0.7', port: 9, password: 'eA==' }] });
  await untilItWaits();
  expect(hub.create.count('EnsurePreflight')).toBe(1);
  await hub.edit(name, { spec: { machines: [{ ip: '127.0.0.1', port: 9, password: 'eA==' }] } });
  await waitFor(() => hub.create.count('EnsurePreflight') > 1, { description: 'the plan begins anew' });
  hub.create.on('EnsureClusterWorks', succeeds);
  const { status } = await hub.untilReason(name, 'Succeeded');
  expect(status?.hosts).toEqual([{ ip: '127.0.0.1' }]);
  expect(status).not.toHaveProperty('leftBehind'); // nobody ever logged in there
});
