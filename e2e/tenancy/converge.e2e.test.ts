import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import { kstatus, type Kstatus, type StatusBearer } from './kstatus.ts';
import { randomOf, seedOfRun, shuffled } from './shuffle.ts';
import { patience, TenancyLab } from './tenancy-lab.ts';
import { homes, tenantObjects, tenantOf, type Manifest } from './tenant-objects.ts';

const minutes = 60_000;
jest.setTimeout(10 * minutes);

const tenant = tenantOf('acme');
const seed = seedOfRun();
const groups = ['auth', 'business', 'platform'].map((group) => `${group}.tkestack.io`);
let lab: TenancyLab;

type Stored = StatusBearer & Manifest & { readonly metadata: { readonly finalizers?: readonly string[] } };

beforeAll(async () => {
  lab = await TenancyLab.start();
  await lab.addMember(tenant);
}, 15 * minutes);

afterAll(() => lab.stop(), 2 * minutes);

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
  const ours = all.filter((object) => JSON.stringify({ ...object, status: undefined }).includes(tenant.id));
  // The cluster was there before the tenant.
  return ours.map(title).filter((each) => !each.endsWith(`/${tenant.cluster}`) && !each.includes('ClusterCredential'));
}

async function inMember(...args: readonly string[]): Promise<string> {
  const { stdout } = await lab.member(tenant.cluster).kubectl(args);
  return stdout.trim();
}

const mine = '--selector=tkestack.io/projectName';

describe.each<[number, string[]]>([
  [seed, []],
  [seed + 1, ['--server-side']],
])('a whole tenant in random order (TKE_SEED=%s), kubectl apply %p', (seedOfOrder, flags) => {
  const random = randomOf(seedOfOrder);
  let folder: string;

  beforeAll(async () => {
    const objects = [...homes(tenant), ...shuffled(tenantObjects(tenant), random)];
    folder = await lab.kustomization(`apply-${seedOfOrder}`, objects);
  });

  test('converges after one apply', async () => {
    const lines = (await lab.hub.must(['apply', ...flags, '-k', folder])).trim().split('\n');
    expect(lines.filter((line) => !/ (created|serverside-applied)$/.test(line))).toEqual([]);
    const seconds = await untilCurrent(folder);
    process.stderr.write(
      `${lines.length} objects, TKE_SEED=${seedOfOrder}: all Current after ${seconds.toFixed(1)} s\n`,
    );
    expect((await inMember('get', 'ns', mine, '--output=name')).split('\n')).toEqual([
      'namespace/shop',
      'namespace/web',
    ]);
    expect(await inMember('get', 'quota', '--all-namespaces', mine, '--no-headers')).toMatch(/shop.*\n.*web/);
  });

  test('shows no drift then: kubectl diff is empty, a second apply changes nothing', async () => {
    expect(await lab.hub.kubectl(['diff', ...flags, '-k', folder])).toMatchObject({ code: 0, stdout: '' });
    const again = (await lab.hub.must(['apply', ...flags, '-k', folder])).trim().split('\n');
    expect(again.filter((line) => !/ (unchanged|serverside-applied)$/.test(line))).toEqual([]);
    const changed = (await stored('-k', folder)).filter(({ metadata }) => (metadata.generation ?? 1) !== 1);
    expect(changed.map(title)).toEqual([]);
  });

  test('ends clean when it is deleted in another order', async () => {
    const everything = shuffled([...homes(tenant), ...tenantObjects(tenant)], random);
    const other = await lab.kustomization(`delete-${seedOfOrder}`, everything);
    const begin = performance.now();
    await lab.hub.must(['delete', '-k', other, `--timeout=${patience / 1000}s`]);
    await waitFor(
      async () => {
        const left = [...(await leftOnHub()), await inMember('get', 'ns', mine, '--output=name')].filter(Boolean);
        return left.length === 0 || Promise.reject(new Error(left.join(', ')));
      },
      { description: 'nothing of the tenant is left', timeoutMs: patience, intervalMs: 500 },
    );
    process.stderr.write(`deleted in ${((performance.now() - begin) / 1000).toFixed(1)} s\n`);
  });
});

describe('kstatus of every kind', () => {
  const objects = [...homes(tenant), ...tenantObjects(tenant)];
  // No controller answers for these: they are done as they are.
  const unanswered = ['Platform', 'ImageNamespace', 'ChartGroup'];
  let folder: string;
  let revive: () => Promise<void>;

  beforeAll(async () => {
    folder = await lab.kustomization('kstatus', objects);
  });

  const killManager = async () => {
    ({ revive } = await lab.hub.kill('manager'));
  };

  test('is InProgress until the manager has seen the object, then Current', async () => {
    await killManager();
    await lab.hub.must(['apply', '-k', folder]);
    for (const [name, status] of Object.entries(await statuses(folder))) {
      const expected = unanswered.some((kind) => name.startsWith(`${kind}.`)) ? 'Current' : 'InProgress';
      expect([name, status]).toEqual([name, expected]);
    }
    await revive();
    await untilCurrent(folder);
  });

  test('is InProgress until the manager has seen a change, then Current', async () => {
    await killManager();
    const changes: [string, object][] = [
      [`prj/${tenant.project}`, { displayName: 'Changed' }],
      [`pol/pol-${tenant.id}-reader`, { displayName: 'Changed' }],
      [`grp/grp-${tenant.id}`, { displayName: 'Changed' }],
      [`rol/rol-${tenant.id}`, { displayName: 'Changed' }],
      [`idp/${tenant.id}`, { administrators: [tenant.administrator, tenant.owner] }],
    ];
    for (const [object, spec] of changes) {
      await lab.hub.must(['patch', object, '--type=merge', '-p', JSON.stringify({ spec })]);
    }
    const names = changes.map(([object]) => object);
    const seen = async () => (await stored(...names)).map(kstatus);
    expect(new Set(await seen())).toEqual(new Set(['InProgress']));
    await revive();
    await untilCurrent(folder);
  });

  test('is Failed where only somebody’s change helps, with the reason, and Current after it', async () => {
    const web = `cls-${tenant.id}-web`;
    const set = (pods: number) =>
      lab.hub.must([
        ...['patch', 'bns', web, `--namespace=${tenant.child}`, '--type=merge'],
        ...['-p', JSON.stringify({ spec: { hard: { pods } } })],
      ]);
    const become = (status: Kstatus) =>
      waitFor(async () => kstatus((await stored('bns', web, `--namespace=${tenant.child}`))[0]!) === status, {
        description: `${web} is ${status}`,
        timeoutMs: patience,
      });
    // Admission says no to this; a repository that was never asked wins while the manager is away.
    await killManager();
    await set(21);
    await revive();
    await become('Failed');
    const jsonpath = "{.status.conditions[?(@.type=='Stalled')].reason}";
    const reason = ['get', 'bns', web, `--namespace=${tenant.child}`, `--output=jsonpath=${jsonpath}`];
    expect(await lab.hub.must(reason)).toBe('QuotaExceeded');
    await set(20);
    await become('Current');
  });

  test('is Terminating until everything is cleared away', async () => {
    await killManager();
    await lab.hub.must(['delete', 'prj', tenant.project, tenant.child, '--wait=false']);
    expect((await stored('prj', tenant.project, tenant.child)).map(kstatus)).toEqual(['Terminating', 'Terminating']);
    await revive();
    await lab.hub.must(['wait', '--for=delete', `prj/${tenant.project}`, `--timeout=${patience / 1000}s`]);
    expect(await inMember('get', 'ns', mine, '--output=name')).toBe('');
    await lab.hub.must(['delete', '-k', folder, '--ignore-not-found', `--timeout=${patience / 1000}s`]);
  });
});
