import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { ControlPlane, defaultVersion, kubeconfig, runLoad, selectedVersion, waitFor } from '@tke/envtest';

import { authorizationConfiguration, canDisableCache } from '../tools/generate/authorization.ts';
import { HubUnderTest } from './hub-under-test.ts';

const minutes = 60_000;
const cluster = 'cls-member';
const reviews = `/auth/authz/clusters/${cluster}`;
let hub: HubUnderTest;
let member: ControlPlane;

beforeAll(async () => {
  hub = await HubUnderTest.create();
  await hub.up();
  const kubeConfigFile = await memberKubeconfig();
  member = await ControlPlane.start({
    authorizationConfig: authorizationConfiguration({
      kubeConfigFile,
      canDisableCache: canDisableCache(selectedVersion(process.env) ?? defaultVersion),
    }),
  });
  await member.access.user('alice', { groups: ['tenant:default'] });
}, 15 * minutes);

afterAll(async () => {
  await member.stop();
  await hub.remove();
}, minutes);

/** What the member's API server asks the hub's webhook with. */
async function memberKubeconfig(): Promise<string> {
  const { url, ca, client } = await hub.webhookTarget(`cluster:${cluster}`);
  const path = join(hub.folder, `${cluster}.kubeconfig`);
  await writeFile(path, kubeconfig({ server: `${url}${reviews}`, caPem: ca, client }), { mode: 0o600 });
  return path;
}

function memberCluster(tenantID: string) {
  return {
    apiVersion: 'platform.tkestack.io/v1',
    kind: 'Cluster',
    metadata: { name: cluster },
    spec: { tenantID, type: 'Imported', displayName: 'member', finalizers: ['cluster'] },
  };
}

function podReader(name: string, resources: readonly string[]) {
  const metadata = { name: `pol-${name}` };
  const statement = { effect: 'allow', actions: ['getPod', 'listPods', 'watchPod'], resources };
  const spec = { displayName: name, tenantID: 'default', category: 'application', statement };
  return [
    { apiVersion: 'auth.tkestack.io/v1', kind: 'Policy', metadata, spec },
    {
      apiVersion: 'auth.tkestack.io/v1',
      kind: 'PolicyBinding',
      metadata: { name: `pb-${name}` },
      spec: { tenantID: 'default', policyID: metadata.name, users: [{ id: 'usr-alice', name: 'alice' }] },
    },
  ];
}

async function inMember(...question: string[]): Promise<string> {
  const { stdout, stderr } = await member.access.kubectl(['auth', 'can-i', ...question], { user: 'alice' });
  return stdout.trim() === '' ? stderr.trim() : stdout.trim();
}

function untilInMember(question: string, answer: RegExp): Promise<unknown> {
  return waitFor(async () => answer.test(await inMember(...question.split(' '))), {
    description: `${question} in the member: ${String(answer)}`,
    timeoutMs: 20_000,
  });
}

describe('a member cluster that asks the hub', () => {
  test(
    'gets no opinion on anybody until it is known whose it is, and then what is granted in it and nothing else',
    async () => {
      for (const object of podReader('member-pods', [`cluster:${cluster}/namespace:default/pod:*`])) {
        await hub.apply(object);
      }
      await hub.must(['wait', '--for=condition=Ready', '--timeout=30s', 'policybinding/pb-member-pods']);
      expect(await inMember('list', 'pods')).toMatch(/^no.*is not known to belong to tenant "default"/);

      await hub.apply(memberCluster('default'));
      await untilInMember('list pods', /^yes/);

      expect(await inMember('delete', 'pods')).toMatch(/^no/);
      expect(await inMember('list', 'secrets')).toMatch(/^no/);
      expect(await inMember('list', 'pods', '-n', 'kube-system')).toMatch(/^no/);
      expect((await member.access.kubectl(['get', 'pods'], { user: 'alice' })).code).toBe(0);
      // What is granted in the member is not granted in the hub.
      expect(await hub.can('alice', 'list', 'pods')).toMatch(/^no/);
    },
    2 * minutes,
  );

  test('speaks for itself only: the certificate of another cluster, or of the hub, is refused', async () => {
    const spec = { user: 'alice', groups: ['tenant:default'], resourceAttributes: { verb: 'list', resource: 'pods' } };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const statusesFor = async (commonName: string) => {
      const target = await hub.webhookTarget(commonName);
      const { statuses } = await runLoad({
        ...target,
        requests: [{ path: reviews, body }],
        connections: 1,
        seconds: 0.2,
      });
      return Object.keys(statuses);
    };
    expect(await statusesFor(`cluster:${cluster}`)).toEqual(['200']);
    expect(await statusesFor('cluster:cls-other')).toEqual(['403']);
    expect(await statusesFor('kube-apiserver')).toEqual(['403']);
  });

  test(
    'is no longer answered when it is gone',
    async () => {
      await hub.must(['delete', 'cluster', cluster]);
      await untilInMember('list pods', /^no.*is not known to belong to tenant "default"/);
    },
    minutes,
  );
});
