import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';

import { policy } from '@tke/api-auth';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, kubeconfig, waitFor } from '@tke/envtest';
import { createCa, issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';
import { subjectAccessReviewRoutes } from '@tke/webhook';

import { userKey } from '../rows/keys.ts';
import type { Authorizer } from './authorizer.ts';
import { setup } from './testing/fixture.ts';
import { statusOf } from './verdict.ts';

jest.setTimeout(300_000);

const path = '/apis/auth.tkestack.io/v1/policies';
const { authorizer, rules, tenants } = setup();
let folder: string;
let server: Server;
let controlPlane: ControlPlane;

/** Answers reviews over HTTPS by the real codec. Gives the path of the kubeconfig for it. */
async function serveReviews({ verdict }: Pick<Authorizer, 'verdict'>): Promise<string> {
  const ca = await createCa({ commonName: 'webhook ca', clock });
  const [serving, client] = await Promise.all(
    ['webhook', 'kube-apiserver'].map((commonName) =>
      issueCertificate({ ca, commonName, ips: ['127.0.0.1'], usages: ['server', 'client'], clock }),
    ),
  );
  const [route] = subjectAccessReviewRoutes({ ready: () => true, authorize: (spec) => statusOf(verdict(spec)) });
  server = createServer({ cert: serving!.certPem, key: serving!.keyPem }, (request, response) => {
    void json(request)
      .then((body) =>
        route!.handle({
          path: '/auth/authz',
          headers: {},
          body,
          params: {},
          peer: undefined,
          signal: new AbortController().signal,
        }),
      )
      .then((answer) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer.body));
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const file = join(folder, 'webhook.kubeconfig');
  await writeFile(
    file,
    kubeconfig({ server: `https://127.0.0.1:${port}/auth/authz`, caPem: ca.certPem, client: client! }),
  );
  return file;
}

function authorizationConfig(kubeConfigFile: string) {
  const webhook = {
    timeout: '30s',
    subjectAccessReviewVersion: 'v1',
    matchConditionSubjectAccessReviewVersion: 'v1',
    failurePolicy: 'Deny',
    authorizedTTL: '1ms',
    unauthorizedTTL: '1ms',
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
    matchConditions: [{ expression: "!request.user.startsWith('system:')" }],
  };
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthorizationConfiguration',
    authorizers: [
      { type: 'RBAC', name: 'rbac' },
      { type: 'Webhook', name: 'tke', webhook },
    ],
  };
}

function aPolicy(name: string, tenantID: string) {
  const spec = {
    tenantID,
    displayName: name,
    category: 'test',
    statement: { actions: ['get*'], resources: ['*'], effect: 'allow' },
  };
  return { apiVersion: 'auth.tkestack.io/v1', kind: 'Policy', metadata: { name }, spec };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tke-selectors-'));
  tenants.setTenant('mine', []);
  rules.upsert('bind-mine', { ptype: 'g', v0: userKey('mine', 'ann'), v1: 'pol-all', v2: '*' });
  const file = await serveReviews({ verdict: (spec) => authorizer.verdict(spec) });
  controlPlane = await ControlPlane.start({ authorizationConfig: authorizationConfig(file) });
  await controlPlane.user('ann', { groups: ['tenant:mine'] });
  await applyManifests(controlPlane, [crdManifest(policy)]);
});

beforeEach(async () => {
  await applyManifests(controlPlane, [aPolicy('pol-mine', 'mine'), aPolicy('pol-theirs', 'other')]);
  tenants.setOwner({ group: 'auth.tkestack.io', plural: 'policies' }, { name: 'pol-mine' }, 'mine');
  tenants.setOwner({ group: 'auth.tkestack.io', plural: 'policies' }, { name: 'pol-theirs' }, 'other');
});

afterAll(async () => {
  await controlPlane.stop();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** What ann, who holds everything, gets of a raw request. */
async function raw(verb: 'get' | 'delete', uri: string): Promise<string> {
  const { code, stdout, stderr } = await controlPlane.kubectl([verb, '--raw', uri], { user: 'ann' });
  return code === 0 ? stdout : stderr;
}

function selected(...selectors: string[]): string {
  return selectors.map((selector) => `fieldSelector=${encodeURIComponent(selector)}`).join('&');
}

const forbidden = expect.stringContaining('ask with --field-selector spec.tenantID=mine');

describe('a list, a watch and a deletion of many', () => {
  test.each([
    ['no selector', ''],
    ['all but another tenant', selected('spec.tenantID!=other')],
    ['another tenant', selected('spec.tenantID=other')],
    ['any tenant', selected('spec.tenantID!=')],
    ['a type', selected('spec.type=custom')],
    // The second is not read by the server, neither for the decision nor for the answer.
    ['the tenant in a second selector', selected('spec.tenantID=other', 'spec.tenantID=mine')],
    ['a label', 'labelSelector=spec.tenantID%3Dmine'],
  ])('by %s are refused, and the answer says how to ask', async (_name, query) => {
    expect(await raw('get', `${path}?${query}`)).toEqual(forbidden);
    expect(await raw('get', `${path}?watch=1&timeoutSeconds=1&${query}`)).toEqual(forbidden);
    expect(await raw('get', `/apis/auth.tkestack.io/v1/watch/policies?timeoutSeconds=1&${query}`)).toEqual(forbidden);
    expect(await raw('delete', `${path}?${query}`)).toEqual(forbidden);
  });

  test.each([
    ['the tenant', selected('spec.tenantID=mine')],
    ['the tenant, said with ==', selected('spec.tenantID==mine')],
    ['the tenant and a name', selected('metadata.name=pol-mine,spec.tenantID=mine')],
    ['the tenant, and something else that is not read', selected('spec.tenantID=mine', 'spec.tenantID=other')],
  ])('by %s touch the own objects only', async (_name, query) => {
    expect(await raw('get', `${path}?${query}`)).toContain('pol-mine');
    expect(await raw('get', `${path}?${query}`)).not.toContain('pol-theirs');
    // On a busy machine the second of a watch may be over before anything is sent.
    const events = () => raw('get', `${path}?watch=1&timeoutSeconds=1&${query}`);
    const seen = { description: 'a watch tells of the own object' };
    expect(await waitFor(async () => [await events()].find((text) => text.includes('pol-mine')), seen)).not.toContain(
      'pol-theirs',
    );
    await raw('delete', `${path}?${query}`);
    expect((await controlPlane.kubectl(['get', 'policies', '-o', 'name'])).stdout.trim()).toBe(
      'policy.auth.tkestack.io/pol-theirs',
    );
  });

  test('by the tenant and another give nothing', async () => {
    const list = JSON.parse(await raw('get', `${path}?${selected('spec.tenantID=mine,spec.tenantID=other')}`)) as {
      items: unknown[];
    };
    expect(list.items).toEqual([]);
  });
});

test('by name one reaches the own objects, and those that are not there', async () => {
  const get = (name: string) => raw('get', `${path}/${name}`);
  expect(await get('pol-mine')).toContain('"tenantID":"mine"');
  expect(await get('pol-theirs')).toContain('"pol-theirs" belongs to another tenant');
  expect(await get('pol-new')).toContain('not found');
  expect(await raw('delete', `${path}/pol-theirs`)).toContain('belongs to another tenant');
  expect(await raw('get', `${path}?${selected('metadata.name=pol-theirs')}`)).toContain('belongs to another tenant');
});
