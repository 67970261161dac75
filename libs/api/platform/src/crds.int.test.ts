import { beforeAll, describe, expect, jest, test } from '@jest/globals';

import { crdManifest } from '@tke/crd';
import {
  applyManifests,
  pipe,
  sharedControlPlane,
  succeeded,
  uniqueName,
  waitFor,
  type ClusterAccess,
} from '@tke/envtest';
import { kindKey } from '@tke/meta';

import { platformKinds } from './kinds.ts';
import { planLimits, type PlanStatus } from './status/plan.ts';
import { addon, built, credential, imported, machine, registry, type TestObject } from './testing/objects.ts';

jest.setTimeout(60_000);

let cluster: ClusterAccess;

beforeAll(async () => {
  cluster = await sharedControlPlane();
  await applyManifests(cluster, platformKinds.map(crdManifest));
});

interface Crd {
  metadata: { name: string };
  status: { conditions: { type: string; status: string; message: string }[] };
}

const plainName = (prefix: string) => uniqueName(prefix).replaceAll('-', '');
const freshName = (prefix: string) => `${prefix}-${plainName('t')}`;

async function created(object: TestObject): Promise<string> {
  await succeeded(pipe(cluster, ['create'], object));
  return object.metadata.name!;
}

async function observe(kind: string, name: string, status: object): Promise<void> {
  const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
  await succeeded(cluster.kubectl(['patch', kind, name, ...patch]));
}

async function printed(...args: readonly string[]): Promise<string[][]> {
  const stdout = await succeeded(cluster.kubectl(['get', ...args]));
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

const condition = (status: string, reason: string, message = '') => ({
  ...{ type: 'Ready', status, reason, message },
  lastTransitionTime: '2026-01-02T03:04:05Z',
});

test('every CRD is established, structural and has its names', async () => {
  const list = JSON.parse(await succeeded(cluster.kubectl(['get', 'crd', '-o', 'json']))) as { items: Crd[] };
  const conditions = Object.fromEntries(
    list.items.map(({ metadata, status }) => [
      metadata.name,
      Object.fromEntries(status.conditions.map(({ type, status }) => [type, status])),
    ]),
  );
  const expected = Object.fromEntries(
    platformKinds.map((kind) => [kindKey(kind), { NamesAccepted: 'True', Established: 'True' }]),
  );
  expect(conditions).toMatchObject(expected);
  expect(JSON.stringify(conditions)).not.toContain('NonStructural');
});

test('every field is explained', async () => {
  // The server publishes its OpenAPI document some time after it serves the kinds.
  const explain = () =>
    succeeded(cluster.kubectl(['explain', 'clusters.spec.deletionPolicy', '--api-version=platform.tkestack.io/v1']));
  const stdout = await waitFor(explain, { description: 'kubectl to explain a field', timeoutMs: 20_000 });
  expect(stdout).toContain('hosts are reset when the Cluster is deleted');
});

describe('an object nobody has reconciled says so, as kstatus asks:', () => {
  test.each<[string, TestObject, object | undefined]>([
    ['Cluster', imported({}, freshName('cls')), { observedGeneration: -1 }],
    ['Machine', machine({}, freshName('mc')), { observedGeneration: -1 }],
    ['ClusterCredential', credential({}, freshName('cc')), { observedGeneration: -1 }],
    ['CronHPA', addon('CronHPA', {}, freshName('ch')), { observedGeneration: -1 }],
    // No controller looks at registries, so they are done as they are.
    ['Registry', registry({}, freshName('rg')), undefined],
  ])('%s', async (_, object, status) => {
    const name = await created(object);
    const stored = JSON.parse(await succeeded(cluster.kubectl(['get', object.kind, name, '-o', 'json']))) as object;
    expect((stored as { status?: object }).status).toEqual(status);
  });
});

test('kubectl get says of a cluster what is happening, and with -o wide what to do', async () => {
  const name = await created(built({ displayName: 'Shop' }, freshName('cls')));
  await observe('cls', name, {
    ...{ phase: 'Initializing', step: '7/31 EnsureKubelet', version: '1.36.3' },
    conditions: [condition('False', 'AuthenticationFailed', 'Correct the password of 10.0.0.11.')],
  });
  const [header, row] = await printed('cls', name);
  expect(header).toEqual(['NAME', 'TYPE', 'VERSION', 'PHASE', 'STEP', 'READY', 'REASON', 'AGE']);
  expect(row?.slice(0, -1)).toEqual([
    ...[name, 'Baremetal', '1.36.3', 'Initializing'],
    ...['7/31 EnsureKubelet', 'False', 'AuthenticationFailed'],
  ]);
  expect((await printed('cls', name, '-o', 'wide'))[1]).toEqual(
    expect.arrayContaining(['Shop', 'Correct the password of 10.0.0.11.']),
  );
});

test('kubectl get says of a machine what is happening', async () => {
  const name = await created(machine({}, freshName('mc')));
  await observe('mc', name, { phase: 'Running', step: '24/24', conditions: [condition('True', 'NodeReady')] });
  const [header, row] = await printed('mc', name);
  expect(header).toEqual(['NAME', 'CLUSTER', 'IP', 'PHASE', 'STEP', 'READY', 'REASON', 'AGE']);
  expect(row?.slice(0, -1)).toEqual([name, 'cls-x', '10.0.0.11', 'Running', '24/24', 'True', 'NodeReady']);
});

test('kubectl get says of credentials and addons whether they are well', async () => {
  const secret = await created(credential({ clusterName: 'cls-x', token: 'hidden' }, freshName('cc')));
  await observe('cc', secret, { expiresAt: '2027-01-02T03:04:05Z', conditions: [condition('True', 'Valid')] });
  const [header, row] = await printed('cc', secret, '-o', 'wide');
  expect(header).toEqual(['NAME', 'TENANT', 'CLUSTER', 'USER', 'EXPIRES', 'READY', 'REASON', 'AGE']);
  expect(row).toEqual(expect.arrayContaining(['cls-x', '2027-01-02T03:04:05Z', 'True', 'Valid']));
  expect(row?.join()).not.toContain('hidden');

  const name = await created(addon('PersistentEvent', {}, freshName('pe')));
  await observe('pe', name, { phase: 'Checking', version: 'v1.0.0', conditions: [condition('False', 'Installing')] });
  expect((await printed('pe', name))[1]?.slice(0, -1)).toEqual([
    ...[name, 'cls-x', 'v1.0.0', 'Checking', 'False', 'Installing'],
  ]);
});

/** A plan of the largest size there may be. */
function largestPlan(entries: number): PlanStatus {
  const text = (length: number) => 'x'.repeat(length);
  const error = {
    ...{ code: 'CommandFailed', class: 'Retryable' as const, exitCode: 1 },
    ...{ message: text(planLimits.message), remedy: text(planLimits.message) },
    ...{ command: text(planLimits.command), tail: text(planLimits.tail) },
  };
  const journal = Array.from({ length: entries }, (_, index) => ({
    ...{ step: 'EnsureKubelet', host: `10.0.${index >> 8}.${index & 255}`, state: 'Failed' as const, attempt: 3 },
    ...{ startedAt: '2026-01-02T03:04:05Z', job: `tke-${index}`, error },
  }));
  return { operation: 'Create', generation: 1, step: 'EnsureKubelet', completed: 6, total: 31, journal };
}

describe('the journal of a plan', () => {
  test('fits into an object at its largest', async () => {
    const name = await created(built({}, freshName('cls')));
    const size = JSON.stringify(largestPlan(planLimits.journal)).length;
    expect(size).toBeLessThan(1.4 * 1024 * 1024);
    await writePlan(name, largestPlan(planLimits.journal));
  });

  test('is bounded', async () => {
    const name = await created(built({}, freshName('cls')));
    await expect(writePlan(name, largestPlan(planLimits.journal + 1))).rejects.toThrow('Too many');
  });

  test('tells its entries apart by step and host', async () => {
    const name = await created(built({}, freshName('cls')));
    const plan = largestPlan(1);
    const twice = { ...plan, journal: [...(plan.journal ?? []), ...(plan.journal ?? [])] };
    await expect(writePlan(name, twice)).rejects.toThrow('Duplicate value');
  });

  async function writePlan(name: string, plan: PlanStatus): Promise<void> {
    // By standard input: a command line has no room for it.
    const object = { ...built({}, name), status: { plan } };
    await succeeded(pipe(cluster, ['replace', '--subresource=status'], object));
  }
});

describe('field selectors', () => {
  test.each<[string, string, (name: string, value: string) => TestObject]>([
    ['cls', 'spec.tenantID', (name, value) => imported({ tenantID: value }, `cls-${name}`)],
    ['cls', 'spec.version', (name, value) => imported({ version: value }, `cls-${name}`)],
    ['mc', 'spec.clusterName', (name, value) => machine({ clusterName: value }, name)],
    ['cc', 'tenantID', (name, value) => credential({ tenantID: value }, name)],
    ['cc', 'clusterName', (name, value) => credential({ clusterName: value }, name)],
    ['rg', 'spec.clusterName', (name, value) => registry({ clusterName: value }, name)],
    ['tc', 'spec.clusterName', (name, value) => addon('TappController', { clusterName: value }, name)],
    ['cronhpa', 'spec.version', (name, value) => addon('CronHPA', { version: value }, name)],
  ])('%s by %s', async (kind, field, make) => {
    const [value, other] = [plainName('v'), plainName('v')];
    const [wanted, unwanted] = [make(plainName('t'), value), make(plainName('t'), other)];
    await succeeded(pipe(cluster, ['create'], wanted, unwanted));
    const stdout = await succeeded(cluster.kubectl(['get', kind, '-o', 'name', `--field-selector=${field}=${value}`]));
    expect(stdout.trim().split('\n')).toEqual([expect.stringContaining(wanted.metadata.name!)]);
  });

  test('clusters by what was observed', async () => {
    const name = await created(imported({}, freshName('cls')));
    await observe('cls', name, { phase: 'Confined', locked: true, version: '1.2.3' });
    const selector = '--field-selector=status.phase=Confined,status.locked=true,status.version=1.2.3';
    expect(await succeeded(cluster.kubectl(['get', 'cls', '-o', 'name', selector]))).toContain(name);
  });
});

test('all kinds are listed by category', async () => {
  const stdout = await waitFor(
    async () => {
      const names = await succeeded(
        cluster.kubectl(['api-resources', '--categories=tkestack', '-o', 'name', '--cached=false']),
      );
      return platformKinds.every((kind) => names.includes(kindKey(kind))) && names;
    },
    { description: 'discovery to name every kind', timeoutMs: 20_000 },
  );
  expect(stdout).toContain('clusters.platform.tkestack.io');
});
