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

import { authKinds } from './kinds.ts';
import { apiKey, binding, localIdentity, policy, rule } from './testing/objects.ts';

jest.setTimeout(60_000);

let cluster: ClusterAccess;

beforeAll(async () => {
  cluster = await sharedControlPlane();
  await applyManifests(cluster, authKinds.map(crdManifest));
});

interface Crd {
  metadata: { name: string };
  status: { conditions: { type: string; status: string; message: string }[] };
}

async function get(kind: string, name: string): Promise<Record<string, never>> {
  return JSON.parse(await succeeded(cluster.kubectl(['get', kind, name, '-o', 'json']))) as Record<string, never>;
}

test('every CRD is established, structural and has its names', async () => {
  const list = JSON.parse(await succeeded(cluster.kubectl(['get', 'crd', '-o', 'json']))) as { items: Crd[] };
  const conditions = Object.fromEntries(
    list.items.map(({ metadata, status }) => [
      metadata.name,
      Object.fromEntries(status.conditions.map(({ type, status }) => [type, status])),
    ]),
  );
  const expected = Object.fromEntries(
    authKinds.map((kind) => [kindKey(kind), { NamesAccepted: 'True', Established: 'True' }]),
  );
  expect(conditions).toMatchObject(expected);
  expect(JSON.stringify(conditions)).not.toContain('NonStructural');
});

test('every field is explained', async () => {
  // The server publishes its OpenAPI document some time after it serves the kinds.
  const explain = () =>
    succeeded(cluster.kubectl(['explain', 'policies.spec.statement.effect', '--api-version=auth.tkestack.io/v1']));
  const stdout = await waitFor(explain, { description: 'kubectl to explain a field', timeoutMs: 10_000 });
  expect(stdout).toContain('deny wins over every allow');
});

test('an object nobody has reconciled says so, as kstatus asks', async () => {
  const object = policy(uniqueName('pol-t'));
  await succeeded(pipe(cluster, ['create'], object));
  expect((await get('policies.auth.tkestack.io', object.metadata.name)).status).toEqual({ observedGeneration: -1 });
});

test('an object that no controller answers for has no status, which kstatus takes as done', async () => {
  const [key, row] = [apiKey(uniqueName('apk')), rule(uniqueName('rul'), { ptype: 'g', v0: 'a', v1: 'b' })];
  await succeeded(pipe(cluster, ['create'], key, row));
  expect((await get('apikeys.auth.tkestack.io', key.metadata.name)).status).toBeUndefined();
  expect((await get('rules.auth.tkestack.io', row.metadata.name)).status).toBeUndefined();
});

test('a status in a manifest is taken and dropped, and conditions written by status are merged by type', async () => {
  const object = {
    ...policy(uniqueName('pol-t')),
    status: { phase: 'Active', users: null, groups: [{ id: 'a', name: '' }] },
  };
  await succeeded(pipe(cluster, ['create', '--validate=strict'], object));
  const { name } = object.metadata;
  expect((await get('policies.auth.tkestack.io', name)).status).toEqual({ observedGeneration: -1 });
  for (const type of ['Ready', 'Stalled']) {
    const condition = {
      type,
      status: 'True',
      reason: 'Tested',
      message: '',
      lastTransitionTime: '2026-01-02T03:04:05Z',
    };
    const status = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { name },
      status: { conditions: [condition] },
    };
    await succeeded(
      pipe(
        cluster,
        ['apply', '--server-side', '--subresource=status', '--validate=false', `--field-manager=${type}`],
        status,
      ),
    );
  }
  expect((await get('policies.auth.tkestack.io', name)).status).toMatchObject({
    conditions: [{ type: 'Ready' }, { type: 'Stalled' }],
  });
});

test('kubectl get prints what matters', async () => {
  const object = policy(uniqueName('pol-t'), { scope: 'project' });
  await succeeded(pipe(cluster, ['create'], object));
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'TenantNotFound',
    message: '',
    lastTransitionTime: '2026-01-02T03:04:05Z',
  };
  const patch = JSON.stringify({ status: { conditions: [condition], rules: 3 } });
  await succeeded(
    cluster.kubectl(['patch', 'pol', object.metadata.name, '--subresource=status', '--type=merge', '-p', patch]),
  );
  const [header, row] = (await succeeded(cluster.kubectl(['get', 'pol', object.metadata.name]))).split('\n');
  expect(header?.split(/ {2,}/)).toEqual(['NAME', 'TENANT', 'SCOPE', 'EFFECT', 'READY', 'REASON', 'AGE']);
  expect(row).toMatch(new RegExp(`^${object.metadata.name} +default +project +allow +False +TenantNotFound +\\d+s$`));
  expect(await succeeded(cluster.kubectl(['get', 'pol', object.metadata.name, '-o', 'wide']))).toContain('DISPLAY');
});

describe('field selectors', () => {
  test.each<[string, (name: string) => { kind: string; metadata: { name: string } }, string]>([
    ['pol', (name) => policy(`pol-${name}`, { category: name }), 'spec.category'],
    ['usr', (name) => localIdentity(name, { username: name }), 'spec.username'],
    ['pb', (name) => binding('PolicyBinding', name, { policyID: name }), 'spec.policyID'],
    ['rlb', (name) => binding('RoleBinding', name, { roleID: name }), 'spec.roleID'],
    ['rul', (name) => rule(name, { ptype: 'g', v0: 'a', v1: 'b', v6: name }), 'spec.v6'],
  ])('%s by its own key', async (kind, make, field) => {
    const name = uniqueName('t');
    const [wanted, other] = [make(name), make(uniqueName('t'))];
    await succeeded(pipe(cluster, ['create'], wanted, other));
    const stdout = await succeeded(cluster.kubectl(['get', kind, '-o', 'name', `--field-selector=${field}=${name}`]));
    expect(stdout.trim().split('\n')).toEqual([expect.stringContaining(wanted.metadata.name)]);
  });

  test('an absent field is found as the empty one', async () => {
    const object = policy(uniqueName('pol-t'));
    await succeeded(pipe(cluster, ['create'], object));
    const stdout = await succeeded(
      cluster.kubectl(['get', 'pol', '-o', 'name', '--field-selector=spec.scope=,spec.tenantID=default']),
    );
    expect(stdout).toContain(object.metadata.name);
  });

  test('watches follow them', async () => {
    const [inside, outside] = [policy(uniqueName('pol-t'), { tenantID: 'watched' }), policy(uniqueName('pol-t'))];
    await succeeded(pipe(cluster, ['create'], inside, outside));
    const args = [
      'get',
      'pol',
      '-o',
      'name',
      '--watch',
      '--field-selector=spec.tenantID=watched',
      '--request-timeout=2s',
    ];
    const { stdout } = await cluster.kubectl(args);
    expect(stdout).toContain(inside.metadata.name);
    expect(stdout).not.toContain(outside.metadata.name);
  });
});

test('all kinds are listed by category', async () => {
  const stdout = await waitFor(
    async () => {
      const names = await succeeded(
        cluster.kubectl(['api-resources', '--categories=tkestack', '-o', 'name', '--cached=false']),
      );
      return names.split('\n').length > authKinds.length && names;
    },
    { description: 'discovery to name every kind', timeoutMs: 10_000 },
  );
  expect(stdout.trim().split('\n').sort()).toEqual(expect.arrayContaining(authKinds.map(kindKey).sort()));
});
