import { beforeAll, describe, expect, test } from '@jest/globals';

import { GroupCluster, readyCondition, selectedBy, servedKinds, unobservedObjects } from '@tke/crd/testing';
import { pipe, succeeded, uniqueName } from '@tke/envtest';

import { authKinds } from './kinds.ts';
import { apiKey, binding, localIdentity, policy, rule } from './testing/objects.ts';

let cluster: GroupCluster;

beforeAll(async () => {
  cluster = await GroupCluster.with(authKinds);
});

const policies = 'policies.auth.tkestack.io';

servedKinds(() => cluster, authKinds, {
  field: 'policies.spec.statement.effect',
  text: 'deny wins over every allow',
});

unobservedObjects(() => cluster, {
  ofControllers: [policy(uniqueName('pol-t'))],
  ofNobody: [apiKey(uniqueName('apk')), rule(uniqueName('rul'), { ptype: 'g', v0: 'a', v1: 'b' })],
});

test('a status in a manifest is taken and dropped, and conditions written by status are merged by type', async () => {
  const object = {
    ...policy(uniqueName('pol-t')),
    status: { phase: 'Active', users: null, groups: [{ id: 'a', name: '' }] },
  };
  await succeeded(pipe(cluster.access, ['create', '--validate=strict'], object));
  const { name } = object.metadata;
  expect((await cluster.stored(policies, name)).status).toEqual({ observedGeneration: -1 });
  const { apiVersion, kind } = object;
  for (const type of ['Ready', 'Stalled']) {
    const conditions = [{ ...readyCondition('True', 'Tested'), type }];
    const written = { apiVersion, kind, metadata: { name }, status: { conditions } };
    const args = ['apply', '--server-side', '--subresource=status', '--validate=false', `--field-manager=${type}`];
    await succeeded(pipe(cluster.access, args, written));
  }
  expect((await cluster.stored(policies, name)).status).toMatchObject({
    conditions: [{ type: 'Ready' }, { type: 'Stalled' }],
  });
});

test('kubectl get prints what matters', async () => {
  const name = await cluster.created(policy(uniqueName('pol-t'), { scope: 'project' }));
  await cluster.observe('pol', name, { conditions: [readyCondition('False', 'TenantNotFound')], rules: 3 });
  const [header, row] = await cluster.printed('pol', name);
  expect(header).toEqual(['NAME', 'TENANT', 'SCOPE', 'EFFECT', 'READY', 'REASON', 'AGE']);
  expect(row?.slice(0, -1)).toEqual([name, 'default', 'project', 'allow', 'False', 'TenantNotFound']);
  expect(row?.at(-1)).toMatch(/^\d+s$/);
  expect((await cluster.printed('pol', name, '-o', 'wide'))[0]?.join(' ')).toContain('DISPLAY');
});

describe('field selectors', () => {
  selectedBy(
    () => cluster,
    [
      ['pol', 'spec.category', (value) => policy(`pol-${value}`, { category: value })],
      ['usr', 'spec.username', (value) => localIdentity(value, { username: value })],
      ['pb', 'spec.policyID', (value) => binding('PolicyBinding', value, { policyID: value })],
      ['rlb', 'spec.roleID', (value) => binding('RoleBinding', value, { roleID: value })],
      ['rul', 'spec.v6', (value) => rule(value, { ptype: 'g', v0: 'a', v1: 'b', v6: value })],
    ],
  );

  test('an absent field is found as the empty one', async () => {
    const name = await cluster.created(policy(uniqueName('pol-t')));
    const selector = '--field-selector=spec.scope=,spec.tenantID=default';
    expect(await cluster.get('pol', '-o', 'name', selector)).toContain(name);
  });

  test('watches follow them', async () => {
    const [inside, outside] = [policy(uniqueName('pol-t'), { tenantID: 'watched' }), policy(uniqueName('pol-t'))];
    await succeeded(pipe(cluster.access, ['create'], inside, outside));
    const selector = encodeURIComponent('spec.tenantID=watched');
    // Begins with all that is there and ends with its time: as much of it as the machine needs.
    const watched = async (seconds: number) => {
      const query = `watch=true&fieldSelector=${selector}&timeoutSeconds=${seconds}`;
      const path = `/apis/auth.tkestack.io/v1/policies?${query}`;
      return succeeded(cluster.access.kubectl(['get', '--raw', path]));
    };
    let events = '';
    for (const seconds of [1, 5, 25]) {
      events ||= await watched(seconds);
    }
    expect(events).toContain(inside.metadata.name);
    expect(events).not.toContain(outside.metadata.name);
  });
});
