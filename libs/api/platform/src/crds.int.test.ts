import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster, readyCondition, selectedBy, servedKinds, unobservedObjects } from '@tke/crd/testing';
import { pipe, succeeded, uniqueName } from '@tke/envtest';

import { platformKinds } from './kinds.ts';
import { planLimits, type PlanStatus } from './status/plan.ts';
import { addon, built, credential, imported, machine, registry } from './testing/objects.ts';

let cluster: GroupCluster;

beforeAll(async () => {
  cluster = await GroupCluster.with(platformKinds);
});

/** Of clusters, whose names have one dash. */
const freshName = (prefix: string) => `${prefix}-${uniqueName('t').replace('-', '')}`;

servedKinds(() => cluster, platformKinds, {
  field: 'clusters.spec.deletionPolicy',
  text: 'hosts are reset when the Cluster is deleted',
});

unobservedObjects(() => cluster, {
  ofControllers: [imported({}, freshName('cls')), machine({}, freshName('mc'))],
  ofNobody: [
    credential({}, freshName('cc')),
    registry({}, freshName('rg')),
    ...(['PersistentEvent', 'TappController', 'CSIOperator', 'CronHPA'] as const).map((kind) =>
      addon(kind, {}, freshName('addon')),
    ),
  ],
});

test('kubectl get says of a cluster what is happening, and with -o wide what to do', async () => {
  const name = await cluster.created(built({ displayName: 'Shop' }, freshName('cls')));
  await cluster.observe('cls', name, {
    ...{ phase: 'Initializing', step: '7/31 EnsureKubelet', version: '1.36.3' },
    conditions: [readyCondition('False', 'AuthenticationFailed', 'Correct the password of 10.0.0.11.')],
  });
  const [header, row] = await cluster.printed('cls', name);
  expect(header).toEqual(['NAME', 'TYPE', 'VERSION', 'PHASE', 'STEP', 'READY', 'REASON', 'AGE']);
  expect(row?.slice(0, -1)).toEqual([
    ...[name, 'Baremetal', '1.36.3', 'Initializing'],
    ...['7/31 EnsureKubelet', 'False', 'AuthenticationFailed'],
  ]);
  expect((await cluster.printed('cls', name, '-o', 'wide'))[1]).toEqual(
    expect.arrayContaining(['Shop', 'Correct the password of 10.0.0.11.']),
  );
});

test('kubectl get says of a machine what is happening', async () => {
  const name = await cluster.created(machine({}, freshName('mc')));
  await cluster.observe('mc', name, {
    phase: 'Running',
    step: '24/24',
    conditions: [readyCondition('True', 'NodeReady')],
  });
  const [header, row] = await cluster.printed('mc', name);
  expect(header).toEqual(['NAME', 'CLUSTER', 'IP', 'PHASE', 'STEP', 'READY', 'REASON', 'AGE']);
  expect(row?.slice(0, -1)).toEqual([name, 'cls-x', '10.0.0.11', 'Running', '24/24', 'True', 'NodeReady']);
});

test('kubectl get says of credentials and addons whether they are well', async () => {
  const secret = await cluster.created(credential({ clusterName: 'cls-x', token: 'hidden' }, freshName('cc')));
  await cluster.observe('cc', secret, {
    expiresAt: '2027-01-02T03:04:05Z',
    conditions: [readyCondition('True', 'Valid')],
  });
  const [header, row] = await cluster.printed('cc', secret, '-o', 'wide');
  expect(header).toEqual(['NAME', 'TENANT', 'CLUSTER', 'USER', 'EXPIRES', 'READY', 'REASON', 'AGE']);
  expect(row).toEqual(expect.arrayContaining(['cls-x', '2027-01-02T03:04:05Z', 'True', 'Valid']));
  expect(row?.join()).not.toContain('hidden');

  const name = await cluster.created(addon('PersistentEvent', {}, freshName('pe')));
  await cluster.observe('pe', name, {
    phase: 'Checking',
    version: 'v1.0.0',
    conditions: [readyCondition('False', 'Installing')],
  });
  expect((await cluster.printed('pe', name))[1]?.slice(0, -1)).toEqual([
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
    const name = await cluster.created(built({}, freshName('cls')));
    const size = JSON.stringify(largestPlan(planLimits.journal)).length;
    expect(size).toBeLessThan(1.4 * 1024 * 1024);
    await writePlan(name, largestPlan(planLimits.journal));
  });

  test('is bounded', async () => {
    const name = await cluster.created(built({}, freshName('cls')));
    await expect(writePlan(name, largestPlan(planLimits.journal + 1))).rejects.toThrow('Too many');
  });

  test('tells its entries apart by step and host', async () => {
    const name = await cluster.created(built({}, freshName('cls')));
    const plan = largestPlan(1);
    const twice = { ...plan, journal: [...(plan.journal ?? []), ...(plan.journal ?? [])] };
    await expect(writePlan(name, twice)).rejects.toThrow('Duplicate value');
  });

  async function writePlan(name: string, plan: PlanStatus): Promise<void> {
    // By standard input: a command line has no room for it.
    const object = { ...built({}, name), status: { plan } };
    await succeeded(pipe(cluster.access, ['replace', '--subresource=status'], object));
  }
});

describe('field selectors', () => {
  selectedBy(
    () => cluster,
    [
      ['cls', 'spec.tenantID', (value) => imported({ tenantID: value }, `cls-${value}`)],
      ['cls', 'spec.version', (value) => imported({ version: value }, `cls-${value}`)],
      ['mc', 'spec.clusterName', (value) => machine({ clusterName: value }, value)],
      ['cc', 'tenantID', (value) => credential({ tenantID: value }, value)],
      ['cc', 'clusterName', (value) => credential({ clusterName: value }, value)],
      ['rg', 'spec.clusterName', (value) => registry({ clusterName: value }, value)],
      ['tc', 'spec.clusterName', (value) => addon('TappController', { clusterName: value }, value)],
      ['cronhpa', 'spec.version', (value) => addon('CronHPA', { version: value }, value)],
    ],
  );

  test('clusters by what was observed', async () => {
    const name = await cluster.created(imported({}, freshName('cls')));
    await cluster.observe('cls', name, { phase: 'Confined', locked: true, version: '1.2.3' });
    const selector = '--field-selector=status.phase=Confined,status.locked=true,status.version=1.2.3';
    expect(await cluster.get('cls', '-o', 'name', selector)).toContain(name);
  });
});
