import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { authKinds } from '@tke/api-auth';
import { businessKinds } from '@tke/api-business';
import { platformKinds } from '@tke/api-platform';
import { waitFor } from '@tke/envtest';

import { patience, repository } from '../hub-under-test.ts';
import { kstatus, type Kstatus, type StatusBearer } from './kstatus.ts';
import { looseObjects } from './loose-objects.ts';
import { randomOf, seedOfRun, shuffled } from './shuffle.ts';
import { TenancyLab } from './tenancy-lab.ts';
import { homes, tenantObjects, tenantOf, type Manifest } from './tenant-objects.ts';

const minutes = 60_000;
jest.setTimeout(15 * minutes);

const tenant = tenantOf('acme');
/** Whom the samples are for. */
const sampleTenant = { id: 'default', cluster: 'cls-sample' };
const samples = join(repository, 'config/samples/business');
const seed = seedOfRun();
const groups = ['auth', 'business', 'platform'].map((group) => `${group}.tkestack.io`);
const kinds = [...authKinds, ...businessKinds, ...platformKinds].map(({ kind, group }) => `${kind}.${group}`);
let lab: TenancyLab;

type Stored = StatusBearer & Manifest & { readonly metadata: { readonly finalizers?: readonly string[] } };

beforeAll(async () => {
  lab = await TenancyLab.start();
  await Promise.all([tenant, sampleTenant].map((each) => lab.addMember(each)));
}, 15 * minutes);

afterAll(() => lab.stop(), 5 * minutes);

async function stored(...args: readonly string[]): Promise<readonly Stored[]> {
  const text = await lab.hub.must(['get', '--ignore-not-found', '--output=json', ...args]);
  return text.trim() === '' ? [] : ((JSON.parse(text) as { items?: Stored[] }).items ?? [JSON.parse(text) as Stored]);
}

const title = ({ kind, apiVersion, metadata }: Manifest) => `${kind}.${apiVersion.split('/')[0]!}/${metadata.name}`;

/** How kstatus sees the objects of a folder, each by its title. */
async function statuses(folder: string): Promise<Readonly<Record<string, Kstatus>>> {
  const objects = (await stored('-k', folder)).filter(({ apiVersion }) => apiVersion !== 'v1');
  return Object.fromEntries(objects.map((object) => [title(object), kstatus(object)]));
}

/** Waits until every object of the folder is Current. Resolves with the time it took, in seconds. */
async function untilCurrent(folder: string): Promise<number> {
  const begin = performance.now();
  const unfinished = async () => Object.entries(await statuses(folder)).filter(([, status]) => status !== 'Current');
  await waitFor(
    async () => {
      const left = await unfinished();
      return left.length === 0 || Promise.reject(new Error(left.map((each) => each.join(' is ')).join(', ')));
    },
    { description: 'every object is Current', timeoutMs: patience, intervalMs: 250 },
  );
  return (performance.now() - begin) / 1000;
}

/** Whatever on the hub says the name of the tenant. */
async function leftOnHub(): Promise<readonly string[]> {
  const resources = await Promise.all(
    groups.map((group) => lab.hub.must(['api-resources', `--api-group=${group}`, '--output=name', '--verbs=list'])),
  );
  const kinds = ['namespaces', ...resources.flatMap((text) => text.trim().split('\n'))];
  const all = await stored(kinds.join(','), '--all-namespaces');
  const found = all.filter((object) => JSON.stringify({ ...object, status: undefined }).includes(tenant.id));
  // The cluster was there before the tenant.
  return found.map(title).filter((each) => !each.endsWith(`/${tenant.cluster}`) && !each.includes('ClusterCredential'));
}

/** What we made in a cluster: `kind/name` of each. */
async function ourNamespacesIn(cluster: string): Promise<readonly string[]> {
  const { stdout } = await lab.member(cluster).kubectl(['get', 'ns', `--selector=${ours}`, '--output=name']);
  return stdout.split('\n').filter(Boolean);
}

async function deleteAll(folder: string): Promise<void> {
  const begin = performance.now();
  // A project takes along what is in it: what kubectl comes to later may be gone.
  await lab.hub.must(['delete', '-k', folder, '--ignore-not-found', `--timeout=${patience / 1000}s`]);
  await waitFor(
    async () => {
      const left = [...(await leftOnHub()), ...(await ourNamespacesIn(tenant.cluster))];
      return left.length === 0 || Promise.reject(new Error(left.join(', ')));
    },
    { description: 'nothing of the tenant is left', timeoutMs: patience, intervalMs: 500 },
  );
  process.stderr.write(`deleted after ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
}

async function expectNoDrift(folder: string, ...flags: readonly string[]): Promise<void> {
  expect(await lab.hub.kubectl(['diff', ...flags, '-k', folder])).toMatchObject({ code: 0, stdout: '' });
  const again = (await lab.hub.must(['apply', ...flags, '-k', folder])).trim().split('\n');
  expect(again.filter((line) => !/ (unchanged|serverside-applied)$/.test(line))).toEqual([]);
  const changed = (await stored('-k', folder)).filter(({ metadata }) => (metadata.generation ?? 1) !== 1);
  expect(changed.map(title)).toEqual([]);
}

const ours = 'tkestack.io/projectName';

function inRandomOrder(name: string, random: () => number): Promise<string> {
  return lab.kustomization(name, [...homes(tenant), ...shuffled(tenantObjects(tenant), random)]);
}

describe(`a whole tenant in random order (TKE_SEED=${seed})`, () => {
  const random = randomOf(seed);
  let folder: string;

  beforeAll(async () => {
    folder = await inRandomOrder('client-side', random);
  });

  test('converges after one apply', async () => {
    const lines = (await lab.hub.must(['apply', '-k', folder])).trim().split('\n');
    expect(lines.filter((line) => !line.endsWith(' created'))).toEqual([]);
    const seconds = await untilCurrent(folder);
    process.stderr.write(`${lines.length} objects, TKE_SEED=${seed}: all Current after ${seconds.toFixed(1)} s\n`);
    expect(await ourNamespacesIn(tenant.cluster)).toEqual(['namespace/shop', 'namespace/web']);
    const quotas = ['get', 'quota', '--all-namespaces', `--selector=${ours}`, '--no-headers'];
    expect((await lab.member(tenant.cluster).kubectl(quotas)).stdout).toMatch(/shop.*\n.*web/);
  });

  test('shows no drift then: kubectl diff is empty, a second apply changes nothing', () => expectNoDrift(folder));

  test('ends clean when it is deleted in another order', async () => {
    const everything = shuffled([...homes(tenant), ...tenantObjects(tenant)], random);
    await deleteAll(await lab.kustomization('delete', everything));
  });
});

describe('kstatus of every kind, applied by the server in another order', () => {
  // No controller answers for these: they are done as they are.
  const unanswered = [
    ...[
      'APIKey.auth',
      'APISigningKey.auth',
      'Rule.auth',
      'Platform.business',
      'ImageNamespace.business',
      'ChartGroup.business',
    ],
    ...['ClusterCredential.platform', 'Registry.platform', 'PersistentEvent.platform'],
    ...['TappController.platform', 'CSIOperator.platform', 'CronHPA.platform'],
  ].map((kind) => `${kind}.tkestack.io`);
  const web = `cls-${tenant.id}-web`;
  let folder: string;
  /** What can never be Current, or not for long. */
  let loose: string;
  let revive: () => Promise<void>;

  beforeAll(async () => {
    folder = await inRandomOrder('server-side', randomOf(seed + 1));
    loose = await lab.kustomization('loose', await looseObjects(tenant, lab.hub.folder));
  });

  const killManager = async () => {
    ({ revive } = await lab.hub.kill('manager'));
  };
  const setPods = (pods: number) =>
    lab.hub.must([
      ...['patch', 'bns', web, `--namespace=${tenant.child}`, '--type=merge'],
      ...['-p', JSON.stringify({ spec: { hard: { pods } } })],
    ]);
  const become = (status: Kstatus, ...object: readonly string[]) =>
    waitFor(
      async () => {
        const [found] = await stored(...object);
        const isSo = found !== undefined && kstatus(found) === status;
        return isSo || Promise.reject(new Error(JSON.stringify(found?.status)));
      },
      { description: `${object.join(' ')} is ${status}`, timeoutMs: patience },
    );
  const inProject = (kind: string, name: string) => [kind, name, `--namespace=${tenant.child}`];

  test('is InProgress until the manager has seen the object, where there is one that answers, and Current then, without drift', async () => {
    await killManager();
    await lab.hub.must(['apply', '--server-side', '-k', folder]);
    await lab.hub.must(['apply', '--server-side', '-k', loose]);
    const seen = { ...(await statuses(folder)), ...(await statuses(loose)) };
    const kindsSeen = new Set(Object.keys(seen).map((name) => name.split('/')[0]!));
    expect([...kindsSeen].sort()).toEqual([...kinds].sort());
    for (const [name, status] of Object.entries(seen)) {
      const expected = unanswered.includes(name.split('/')[0]!) ? 'Current' : 'InProgress';
      expect([name, status]).toEqual([name, expected]);
    }
    await revive();
    await untilCurrent(folder);
    await expectNoDrift(folder, '--server-side');
  });

  test('is what has come of it for what is asked once, built or brought', async () => {
    await become('Current', 'cat', `cat-${tenant.id}`);
    await become('Current', ...inProject('bnscred', 'mine'));
    await become('Failed', ...inProject('bnscred', 'whose'));
    // Both may still get what they wait for.
    await become('InProgress', 'nse', `cls-${tenant.id}-none`, `--namespace=${tenant.project}`);
    await become('InProgress', 'mc', `mc-${tenant.id}`);
    await become('Failed', 'cls', `cls-${tenant.id}later`);
  });

  test('is InProgress until the manager has seen a change, then Current, or Failed where only somebody’s change helps', async () => {
    await killManager();
    const changes: [string, object][] = [
      [`prj/${tenant.project}`, { displayName: 'Changed' }],
      [`pol/pol-${tenant.id}-reader`, { displayName: 'Changed' }],
      [`grp/grp-${tenant.id}`, { displayName: 'Changed' }],
      [`rol/rol-${tenant.id}`, { displayName: 'Changed' }],
      [`idp/${tenant.id}`, { administrators: [tenant.administrator, tenant.owner] }],
      [`cls/cls-${tenant.id}later`, { displayName: 'Changed' }],
    ];
    for (const [object, spec] of changes) {
      await lab.hub.must(['patch', object, '--type=merge', '-p', JSON.stringify({ spec })]);
    }
    // Admission says no to this; a repository that was never asked wins while the manager is away.
    await setPods(21);
    const seen = (await stored(...changes.map(([object]) => object))).map(kstatus);
    expect(new Set(seen)).toEqual(new Set(['InProgress']));
    await revive();
    await become('Failed', ...inProject('bns', web));
    const jsonpath = "{.status.conditions[?(@.type=='Stalled')].reason}";
    const reason = ['get', ...inProject('bns', web), `--output=jsonpath=${jsonpath}`];
    expect(await lab.hub.must(reason)).toBe('QuotaExceeded');
    await setPods(20);
    await untilCurrent(folder);
  });

  test('of a move is InProgress, Failed where it cannot be, and Current when it is done', async () => {
    const move = (destination: string) => ({
      ...{
        apiVersion: 'business.tkestack.io/v1',
        kind: 'NsEmigration',
        metadata: { name: web, namespace: tenant.child },
      },
      spec: { tenantID: tenant.id, namespace: web, destination },
    });
    // Admission refuses it, when it is asked.
    await killManager();
    await lab.hub.apply(move(tenant.child));
    await become('InProgress', ...inProject('nse', web));
    await revive();
    await become('Failed', ...inProject('nse', web));
    await lab.hub.must(['delete', ...inProject('nse', web)]);
    await lab.hub.apply(move(tenant.project));
    await become('Current', ...inProject('nse', web));
    expect(await ourNamespacesIn(tenant.cluster)).toEqual(['namespace/shop', 'namespace/web']);
  });

  test('is Terminating until everything is cleared away', async () => {
    const ending = [
      ['prj', tenant.project, tenant.child],
      ['nse', `cls-${tenant.id}-none`, `--namespace=${tenant.project}`],
      ['bns', `cls-${tenant.id}-shop`, `--namespace=${tenant.project}`],
      ['cls', `cls-${tenant.id}later`],
      ['mc', `mc-${tenant.id}`],
    ];
    await killManager();
    for (const objects of ending) {
      await lab.hub.must(['delete', '--wait=false', ...objects]);
    }
    const seen = await Promise.all(ending.map((objects) => stored(...objects)));
    expect(seen.flat().map((object) => [title(object), kstatus(object)])).toEqual(
      seen.flat().map((object) => [title(object), 'Terminating']),
    );
    expect(seen.flat()).toHaveLength(6);
    await revive();
    await lab.hub.must(['wait', '--for=delete', `prj/${tenant.project}`, `--timeout=${patience / 1000}s`]);
    expect(await ourNamespacesIn(tenant.cluster)).toEqual([]);
    await lab.hub.must(['delete', '-k', loose, '--ignore-not-found', `--timeout=${patience / 1000}s`]);
    await deleteAll(folder);
  });
});

test('config/samples/business applies as it is, with a cluster of the name it uses, and goes again', async () => {
  await lab.hub.must(['apply', '-k', samples]);
  await untilCurrent(samples);
  await expectNoDrift(samples);
  expect(await ourNamespacesIn(sampleTenant.cluster)).toEqual(['namespace/payment', 'namespace/web']);
  const { stdout } = await lab.member(sampleTenant.cluster).kubectl(['get', 'limits', '--namespace=web', '-o=name']);
  expect(stdout.trim()).toBe('limitrange/web');
  await lab.hub.must(['delete', '-k', samples, '--ignore-not-found', `--timeout=${patience / 1000}s`]);
  expect(await ourNamespacesIn(sampleTenant.cluster)).toEqual([]);
});
