import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { SubjectAccessReviewSpec, SubjectAccessReviewStatus } from '@tke/meta';
import { ControlPlane, kubeconfig, waitFor } from '@tke/envtest';

import { makeCa, makeClientPair } from '../testing/certificates.ts';
import { runServer, type RunningServer } from '../testing/running-server.ts';

import { subjectAccessReviewRoutes } from './routes.ts';
import type { AuthorizeContext, Authorizer } from './types.ts';

jest.setTimeout(300_000);

const calls: { spec: SubjectAccessReviewSpec; context: AuthorizeContext }[] = [];
let decide: () => SubjectAccessReviewStatus | Promise<SubjectAccessReviewStatus>;
let ready = true;
/** How often it was asked at all. */
let questions = 0;
let folder: string;
let server: RunningServer;
let controlPlane: ControlPlane;

const authorizer: Authorizer = {
  ready: () => {
    questions += 1;
    return ready;
  },
  authorize: (spec, context) => {
    calls.push({ spec, context });
    return decide();
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-sar-'));
  const clientCa = await makeCa('apiserver-client-ca');
  const client = await makeClientPair(clientCa, 'kube-apiserver', ['tke:apiservers']);
  const routes = subjectAccessReviewRoutes(authorizer, { timeoutMs: 500 });
  server = await runServer({ routes, clientCa: clientCa.certPem });
  const webhook = async (failurePolicy: string, condition: string) => {
    const kubeConfigFile = join(folder, `${failurePolicy}.kubeconfig`);
    await writeFile(
      kubeConfigFile,
      kubeconfig({ server: `${server.url}/auth/authz/clusters/hub`, caPem: server.ca.certPem, client }),
    );
    return {
      type: 'Webhook',
      name: failurePolicy.toLowerCase(),
      webhook: {
        timeout: '30s', // no busy machine must make a retry of it
        subjectAccessReviewVersion: 'v1',
        matchConditionSubjectAccessReviewVersion: 'v1',
        failurePolicy,
        authorizedTTL: '1ms',
        unauthorizedTTL: '1ms',
        connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
        matchConditions: [{ expression: condition }],
      },
    };
  };
  controlPlane = await ControlPlane.start({
    authorizationConfig: {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AuthorizationConfiguration',
      authorizers: [
        await webhook('Deny', "request.user == 'bob'"),
        await webhook('NoOpinion', "request.user in ['alice', 'carol']"),
        { type: 'RBAC', name: 'rbac' },
      ],
    },
  });
  await controlPlane.user('alice', { groups: ['tenant:default'] });
  await controlPlane.user('bob');
  await controlPlane.user('carol');
  const binding = ['create', 'clusterrolebinding', 'all', '--clusterrole=cluster-admin', '--user=bob', '--user=carol'];
  await controlPlane.kubectl(binding);
  decide = () => ({ allowed: false });
  await waitFor(async () => (await Promise.all(['bob', 'carol'].map(list))).every(({ code }) => code === 0), {
    description: 'bob and carol are bound',
  });
});

afterAll(async () => {
  await controlPlane.stop();
  await server.stop();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  calls.length = 0;
  questions = 0;
  ready = true;
});

const list = (user: string) =>
  controlPlane.kubectl(['get', '--raw', '/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Dx'], {
    user,
  });

test('an allowed request passes, and the whole question arrives', async () => {
  decide = () => ({ allowed: true, reason: 'policy pol-1' });
  expect((await list('alice')).code).toBe(0);
  const { spec, context } = calls[0]!;
  expect(spec).toMatchObject({
    user: 'alice',
    groups: ['tenant:default', 'system:authenticated'],
    resourceAttributes: { namespace: 'default', verb: 'list', resource: 'configmaps', version: 'v1' },
  });
  expect(context).toMatchObject({
    cluster: 'hub',
    peer: { commonName: 'kube-apiserver', organizations: ['tke:apiservers'] },
  });
});

test('no opinion and denial are told apart', async () => {
  decide = () => ({ allowed: false, reason: 'nothing matches' });
  expect((await list('alice')).stderr).toContain('nothing matches');
  expect((await list('bob')).code).toBe(0); // RBAC decides
  decide = () => ({ allowed: false, denied: true, reason: 'tenant is frozen' });
  expect((await list('bob')).stderr).toContain('tenant is frozen');
});

test.each<[string, () => void, RegExp]>([
  ['not ready', () => (ready = false), /rules are not loaded yet; Wait/],
  ['an error', () => (decide = () => Promise.reject(new Error('index is broken'))), /index is broken/],
  ['a deadline', () => (decide = () => new Promise(() => undefined)), /took longer than 500 ms/],
])('on %s the failurePolicy decides after one call, without retries', async (_what, fail, message) => {
  decide = () => ({ allowed: true });
  fail();
  expect((await list('bob')).code).toBe(1); // Deny, although RBAC would allow
  expect((await list('carol')).code).toBe(0); // NoOpinion: RBAC allows
  expect((await list('alice')).stderr).toMatch(message); // nobody else allows, and she is told why
  expect(questions).toBe(3);
});
