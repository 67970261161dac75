import { beforeAll, describe, expect, jest, test } from '@jest/globals';

import { pipe, succeeded, uniqueName, waitFor, type ClusterAccess } from '@tke/envtest';
import { kindKey } from '@tke/meta';

import { businessKinds } from './kinds.ts';
import { businessCluster } from './testing/cluster.ts';
import {
  credential,
  emigration,
  home,
  namespace,
  platform,
  project,
  registryLink,
  type TestObject,
} from './testing/objects.ts';

jest.setTimeout(60_000);

let cluster: ClusterAccess;

beforeAll(async () => {
  cluster = await businessCluster();
});

interface Crd {
  metadata: { name: string };
  status: { conditions: { type: string; status: string; message: string }[] };
}

const newNamespace = (change: object = {}) => {
  const name = uniqueName('t');
  return namespace({ namespace: name, ...change }, `cls-x-${name}`);
};

async function created(object: TestObject): Promise<string> {
  await succeeded(pipe(cluster, ['create'], object));
  return object.metadata.name!;
}

function get(...args: readonly string[]): Promise<string> {
  return succeeded(cluster.kubectl(['get', ...args]));
}

async function observe(kind: string, name: string, status: object): Promise<void> {
  const patch = [`--namespace=${home}`, '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
  await succeeded(cluster.kubectl(['patch', kind, name, ...patch]));
}

async function printed(...args: readonly string[]): Promise<string[][]> {
  const lines = (await get(`--namespace=${home}`, ...args)).trim().split('\n');
  return lines.map((line) => line.split(/ {2,}/));
}

const condition = (status: string, reason: string, message = '') => ({
  ...{ type: 'Ready', status, reason, message },
  lastTransitionTime: '2026-01-02T03:04:05Z',
});

test('every CRD is established, structural and has its names', async () => {
  const list = JSON.parse(await get('crd', '-o', 'json')) as { items: Crd[] };
  const conditions = Object.fromEntries(
    list.items.map(({ metadata, status }) => [
      metadata.name,
      Object.fromEntries(status.conditions.map(({ type, status }) => [type, status])),
    ]),
  );
  const expected = Object.fromEntries(
    businessKinds.map((kind) => [kindKey(kind), { NamesAccepted: 'True', Established: 'True' }]),
  );
  expect(conditions).toMatchObject(expected);
  expect(JSON.stringify(conditions)).not.toContain('NonStructural');
});

test('every field is explained', async () => {
  // The server publishes its OpenAPI document some time after it serves the kinds.
  const explain = () =>
    succeeded(cluster.kubectl(['explain', 'projects.status.charges', '--api-version=business.tkestack.io/v1']));
  const stdout = await waitFor(explain, { description: 'kubectl to explain a field', timeoutMs: 60_000 });
  expect(stdout).toContain('what was granted to each child');
});

describe('beside core namespaces, in kubectl', () => {
  let name: string;

  beforeAll(async () => {
    name = await created(newNamespace());
  });

  test.each(['ns', 'namespace', 'namespaces', 'Namespace'])('%s are those of Kubernetes', async (resource) => {
    const names = await get(resource, '-o', 'name');
    expect(names.split('\n')).toEqual(expect.arrayContaining(['namespace/default', `namespace/${home}`]));
    expect(names).not.toContain('tkestack');
    expect(await get(resource, '-A', '-o', 'name', `-n=${home}`)).not.toContain('tkestack');
    const { code, stderr } = await cluster.kubectl(['get', resource, name, `--namespace=${home}`]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`namespaces "${name}" not found`)]);
  });

  test('ns are created, labelled, described, explained and deleted as ever', async () => {
    const fresh = uniqueName('ns');
    const word = async (...args: string[]) => succeeded(cluster.kubectl(args));
    expect(await word('create', 'ns', fresh)).toBe(`namespace/${fresh} created\n`);
    expect(await word('label', 'ns', fresh, 'a=b')).toBe(`namespace/${fresh} labeled\n`);
    expect(await word('describe', 'ns', fresh)).toMatch(/Status: +Active/);
    expect(await word('explain', 'ns')).toMatch(/^KIND: +Namespace\nVERSION: +v1\n/);
    expect(await word('auth', 'can-i', 'create', 'ns')).toBe('yes\n');
    expect(await word('delete', 'ns', fresh, '--wait=false')).toContain(`namespace "${fresh}" deleted`);
  });

  test.each([
    'bns',
    'namespaces.business.tkestack.io',
    'namespace.business.tkestack.io',
    'Namespace.v1.business.tkestack.io',
  ])('%s are ours', async (resource) => {
    const one = `namespace.business.tkestack.io/${name}`;
    expect((await get(resource, '-n', home, '-o', 'name')).split('\n')).toContain(one);
    expect(await get(resource, name, '-n', home, '-o', 'name')).toBe(`${one}\n`);
    expect(await get(resource, '-A', '-o', 'name')).not.toContain('namespace/default');
  });

  test('events, quotas and the rest of what lives in a namespace is untouched', async () => {
    const text = await succeeded(cluster.kubectl(['api-resources', '--cached=false', '--no-headers']));
    const rows = text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ +/));
    const ours = rows.filter((row) => row.some((cell) => cell.startsWith('business.tkestack.io')));
    const shortNames = ours.filter((row) => row.length === 5).map(([, names]) => names);
    expect(shortNames.sort()).toEqual(['bcg', 'bns', 'bnscred', 'imn', 'nse', 'plf', 'prj']);
  });
});

describe('an object nobody has reconciled says so, as kstatus asks:', () => {
  test.each<[string, TestObject, object | undefined]>([
    ['Project', project({}, uniqueName('prj-t')), { observedGeneration: -1 }],
    ['Namespace', newNamespace(), { observedGeneration: -1 }],
    ['NsEmigration', emigration({}, uniqueName('cls-x')), { observedGeneration: -1 }],
    ['NamespaceCredential', credential({}, uniqueName('cred')), { observedGeneration: -1 }],
    // No controller looks at these, so they are done as they are.
    ['Platform', platform({}, uniqueName('platform')), undefined],
    ['ImageNamespace', registryLink('ImageNamespace', {}, uniqueName('img')), undefined],
    ['ChartGroup', registryLink('ChartGroup', {}, uniqueName('chart')), undefined],
  ])('%s', async (kind, object, status) => {
    const name = await created(object);
    const resource = `${kind}.v1.business.tkestack.io`;
    const stored = JSON.parse(await get(resource, name, '-n', home, '-o', 'json')) as { status?: object };
    expect(stored.status).toEqual(status);
  });
});

test('kubectl get says of a project where it stands, and with -o wide what to do', async () => {
  const name = await created(project({ displayName: 'Shop', parentProjectName: 'prj-y' }, uniqueName('prj-t')));
  await observe('prj', name, {
    ...{ phase: 'Active', clusterNames: 'cls-a,cls-b', utilisation: '83% cpu in cls-a' },
    conditions: [condition('False', 'QuotaExceeded', 'Lower requests.cpu in cls-a to 4.')],
  });
  const [header, row] = await printed('prj', name);
  const columns = ['DISPLAY', 'PARENT', 'CLUSTERS', 'UTILISATION', 'PHASE', 'READY', 'REASON', 'AGE'];
  expect(header).toEqual(['NAME', ...columns]);
  expect(row?.slice(0, -1)).toEqual([
    ...[name, 'Shop', 'prj-y', 'cls-a,cls-b', '83% cpu in cls-a'],
    ...['Active', 'False', 'QuotaExceeded'],
  ]);
  expect((await printed('prj', name, '-o', 'wide'))[1]).toEqual(
    expect.arrayContaining(['default', 'Lower requests.cpu in cls-a to 4.']),
  );
});

test('kubectl get says of a namespace where it is and how full', async () => {
  const object = newNamespace();
  const name = await created(object);
  await observe('bns', name, {
    phase: 'Available',
    utilisation: '12% pods',
    conditions: [condition('True', 'InForce')],
  });
  const [header, row] = await printed('bns', name);
  expect(header).toEqual(['NAME', 'CLUSTER', 'NAMESPACE', 'PHASE', 'UTILISATION', 'READY', 'REASON', 'AGE']);
  const inMember = object.spec?.namespace as string;
  expect(row?.slice(0, -1)).toEqual([name, 'cls-x', inMember, 'Available', '12% pods', 'True', 'InForce']);
});

test('no status is written by who writes the object', async () => {
  const name = await created(project({}, uniqueName('prj-t')));
  const patch = JSON.stringify({ status: { phase: 'Active', clusters: { 'cls-x': { used: { pods: 1 } } } } });
  await succeeded(cluster.kubectl(['patch', 'prj', name, '--type=merge', '-p', patch]));
  expect(await get('prj', name, '-o', 'jsonpath={.status}')).toBe('{"observedGeneration":-1}');
});

describe('field selectors', () => {
  test.each<[string, string, (value: string) => TestObject]>([
    ['prj', 'spec.tenantID', (value) => project({ tenantID: value }, uniqueName('prj-t'))],
    ['prj', 'spec.parentProjectName', (value) => project({ parentProjectName: value }, uniqueName('prj-t'))],
    ['bns', 'spec.tenantID', (value) => newNamespace({ tenantID: value })],
    ['bns', 'spec.namespace', (value) => namespace({ namespace: value }, `cls-x-${value}`)],
    ['bns', 'spec.clusterName', (value) => namespace({ clusterName: value }, `${value}-web`)],
    ['nse', 'spec.destination', (value) => emigration({ destination: value }, uniqueName('cls-x'))],
    ['bnscred', 'spec.namespace', (value) => credential({ namespace: value }, uniqueName('cred'))],
    ['plf', 'spec.tenantID', (value) => platform({ tenantID: value }, uniqueName('platform'))],
    ['imn', 'spec.name', (value) => registryLink('ImageNamespace', { name: value }, value)],
    ['bcg', 'spec.name', (value) => registryLink('ChartGroup', { name: value }, value)],
  ])('%s by %s', async (kind, field, make) => {
    const [value, other] = [uniqueName('v').slice(0, 32), uniqueName('v').slice(0, 32)];
    const [wanted, unwanted] = [make(value), make(other)];
    await succeeded(pipe(cluster, ['create'], wanted, unwanted));
    const stdout = await get(kind, '-n', home, '-o', 'name', `--field-selector=${field}=${value}`);
    expect(stdout.trim().split('\n')).toEqual([expect.stringContaining(wanted.metadata.name!)]);
  });

  test('by what was observed', async () => {
    const names = [await created(project({}, uniqueName('prj-t'))), await created(newNamespace())] as const;
    await observe('prj', names[0], { phase: 'Failed' });
    await observe('bns', names[1], { phase: 'Locked' });
    expect(await get('prj', '-o', 'name', '--field-selector=status.phase=Failed')).toContain(names[0]);
    expect(await get('bns', '-A', '-o', 'name', '--field-selector=status.phase=Locked')).toContain(names[1]);
  });
});

test('all kinds are listed by category', async () => {
  const stdout = await waitFor(
    async () => {
      const names = await succeeded(
        cluster.kubectl(['api-resources', '--categories=tkestack', '-o', 'name', '--cached=false']),
      );
      return businessKinds.every((kind) => names.includes(kindKey(kind))) && names;
    },
    { description: 'discovery to name every kind', timeoutMs: 60_000 },
  );
  expect(stdout).toContain('namespaces.business.tkestack.io');
});
