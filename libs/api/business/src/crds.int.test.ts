import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster, readyCondition, selectedBy, servedKinds, unobservedObjects } from '@tke/crd/testing';
import { succeeded, uniqueName } from '@tke/envtest';

import { businessKinds } from './kinds.ts';
import { credential, emigration, home, namespace, platform, project, registryLink } from './testing/objects.ts';

let cluster: GroupCluster;

beforeAll(async () => {
  cluster = await GroupCluster.with(businessKinds, home);
});

const newNamespace = (change: object = {}) => {
  const name = uniqueName('t');
  return namespace({ namespace: name, ...change }, `cls-x-${name}`);
};

servedKinds(() => cluster, businessKinds, {
  field: 'projects.status.charges',
  text: 'what was granted to each child',
});

unobservedObjects(() => cluster, {
  ofControllers: [
    project({}, uniqueName('prj-t')),
    newNamespace(),
    emigration({}, uniqueName('cls-x')),
    credential({}, uniqueName('cred')),
  ],
  ofNobody: [
    platform({}, uniqueName('platform')),
    registryLink('ImageNamespace', {}, uniqueName('img')),
    registryLink('ChartGroup', {}, uniqueName('chart')),
  ],
});

describe('beside core namespaces, in kubectl', () => {
  let name: string;

  beforeAll(async () => {
    name = await cluster.created(newNamespace());
  });

  test.each(['ns', 'namespace', 'namespaces', 'Namespace'])('%s are those of Kubernetes', async (resource) => {
    const names = await cluster.get(resource, '-o', 'name');
    expect(names.split('\n')).toEqual(expect.arrayContaining(['namespace/default', `namespace/${home}`]));
    expect(names).not.toContain('tkestack');
    expect(await cluster.get(resource, '-A', '-o', 'name', `-n=${home}`)).not.toContain('tkestack');
    const { code, stderr } = await cluster.access.kubectl(['get', resource, name, `--namespace=${home}`]);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`namespaces "${name}" not found`)]);
  });

  test('ns are created, labelled, described, explained and deleted as ever', async () => {
    const fresh = uniqueName('ns');
    const word = async (...args: string[]) => succeeded(cluster.access.kubectl(args));
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
    expect((await cluster.get(resource, '-n', home, '-o', 'name')).split('\n')).toContain(one);
    expect(await cluster.get(resource, name, '-n', home, '-o', 'name')).toBe(`${one}\n`);
    expect(await cluster.get(resource, '-A', '-o', 'name')).not.toContain('namespace/default');
  });

  test('events, quotas and the rest of what lives in a namespace is untouched', async () => {
    const text = await succeeded(cluster.access.kubectl(['api-resources', '--cached=false', '--no-headers']));
    const rows = text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ +/));
    const ours = rows.filter((row) => row.some((cell) => cell.startsWith('business.tkestack.io')));
    const shortNames = ours.filter((row) => row.length === 5).map(([, names]) => names);
    expect(shortNames.sort()).toEqual(['bcg', 'bns', 'bnscred', 'imn', 'nse', 'plf', 'prj']);
  });
});

test('kubectl get says of a project where it stands, and with -o wide what to do', async () => {
  const name = await cluster.created(project({ displayName: 'Shop', parentProjectName: 'prj-y' }, uniqueName('prj-t')));
  await cluster.observe('prj', name, {
    ...{ phase: 'Active', clusterNames: 'cls-a,cls-b', utilisation: '83% cpu in cls-a' },
    conditions: [readyCondition('False', 'QuotaExceeded', 'Lower requests.cpu in cls-a to 4.')],
  });
  const [header, row] = await cluster.printed('prj', name);
  const columns = ['DISPLAY', 'PARENT', 'CLUSTERS', 'UTILISATION', 'PHASE', 'READY', 'REASON', 'AGE'];
  expect(header).toEqual(['NAME', ...columns]);
  expect(row?.slice(0, -1)).toEqual([
    ...[name, 'Shop', 'prj-y', 'cls-a,cls-b', '83% cpu in cls-a'],
    ...['Active', 'False', 'QuotaExceeded'],
  ]);
  expect((await cluster.printed('prj', name, '-o', 'wide'))[1]).toEqual(
    expect.arrayContaining(['default', 'Lower requests.cpu in cls-a to 4.']),
  );
});

test('kubectl get says of a namespace where it is and how full', async () => {
  const object = newNamespace();
  const name = await cluster.created(object);
  await cluster.observe('bns', name, {
    phase: 'Available',
    utilisation: '12% pods',
    conditions: [readyCondition('True', 'InForce')],
  });
  const [header, row] = await cluster.printed('bns', name);
  expect(header).toEqual(['NAME', 'CLUSTER', 'NAMESPACE', 'PHASE', 'UTILISATION', 'READY', 'REASON', 'AGE']);
  const inMember = object.spec?.namespace as string;
  expect(row?.slice(0, -1)).toEqual([name, 'cls-x', inMember, 'Available', '12% pods', 'True', 'InForce']);
});

test('no status is written by who writes the object', async () => {
  const name = await cluster.created(project({}, uniqueName('prj-t')));
  const patch = JSON.stringify({ status: { phase: 'Active', clusters: { 'cls-x': { used: { pods: 1 } } } } });
  await succeeded(cluster.access.kubectl(['patch', 'prj', name, '--type=merge', '-p', patch]));
  expect(await cluster.get('prj', name, '-o', 'jsonpath={.status}')).toBe('{"observedGeneration":-1}');
});

describe('field selectors', () => {
  selectedBy(
    () => cluster,
    [
      ['prj', 'spec.tenantID', (value) => project({ tenantID: value }, `prj-${value}`)],
      ['prj', 'spec.parentProjectName', (value) => project({ parentProjectName: value }, `prj-${value}`)],
      ['bns', 'spec.tenantID', (value) => newNamespace({ tenantID: value })],
      ['bns', 'spec.namespace', (value) => namespace({ namespace: value }, `cls-x-${value}`)],
      ['bns', 'spec.clusterName', (value) => namespace({ clusterName: value }, `${value}-web`)],
      ['nse', 'spec.destination', (value) => emigration({ destination: value }, `cls-x-${value}`)],
      ['bnscred', 'spec.namespace', (value) => credential({ namespace: value }, `cred-${value}`)],
      ['plf', 'spec.tenantID', (value) => platform({ tenantID: value }, `platform-${value}`)],
      ['imn', 'spec.name', (value) => registryLink('ImageNamespace', { name: value }, value)],
      ['bcg', 'spec.name', (value) => registryLink('ChartGroup', { name: value }, value)],
    ],
  );

  test('by what was observed', async () => {
    const names = [
      await cluster.created(project({}, uniqueName('prj-t'))),
      await cluster.created(newNamespace()),
    ] as const;
    await cluster.observe('prj', names[0], { phase: 'Failed' });
    await cluster.observe('bns', names[1], { phase: 'Locked' });
    expect(await cluster.get('prj', '-o', 'name', '--field-selector=status.phase=Failed')).toContain(names[0]);
    expect(await cluster.get('bns', '-A', '-o', 'name', '--field-selector=status.phase=Locked')).toContain(names[1]);
  });
});
