import { expect, test } from '@jest/globals';

import type { Cluster } from '@tke/api-platform';
import type { InlineConfig } from '@tke/kube-client';

import { newRequest } from './own-credential.ts';
import type { CredentialScope } from './scope.ts';
import { tokenAnswer } from './token-way.ts';

const holder = { username: 'carol', tenantID: 't', project: 'prj-a', cluster: 'cls-a', namespace: 'shop' };
/** Of the hub and of the member: nobody is to be asked anything. */
const client = new Proxy({}, { get: (_target, verb) => () => Promise.reject(new Error(`asked to ${String(verb)}`)) });

/** What a request for a token of a cluster that is reached so comes to. */
async function outcome(server: string, insecureSkipVerify: boolean, request: string): Promise<unknown> {
  const cluster: Cluster = { apiVersion: '', kind: 'Cluster', metadata: {}, spec: { type: 'Imported' } };
  const config: InlineConfig = { server: new URL(server), insecureSkipVerify, user: { type: 'stored' } };
  const scope = {
    credential: { metadata: { name: 'x' }, spec: { type: 'Token', request } },
    ...{ holder, cluster, member: { name: 'cls-a', client, config } },
  } as unknown as CredentialScope;
  const deps = { client, fieldManager: 'x' } as unknown as Parameters<typeof tokenAnswer>[1];
  return tokenAnswer(scope, deps, new AbortController().signal).catch((error: unknown) => error);
}

test.each([
  ['whose certificate is not checked', 'https://a', true],
  ['without TLS', 'http://a', false],
])('no token is made for a server %s', async (_what, server, insecure) => {
  const { request } = await newRequest(holder);
  expect(await outcome(server, insecure, request)).toMatchObject({
    code: 'ServerNotVerified',
    class: 'NeedsUser',
    message: expect.stringContaining('cls-a'),
  });
  expect(await outcome('https://a', false, request)).toMatchObject({ message: 'asked to patch' });
});

test('no token is made for the request of somebody else, or of nobody', async () => {
  const { request } = await newRequest({ ...holder, username: 'dave' });
  for (const text of [request, 'x']) {
    expect(await outcome('https://a', false, text)).toMatchObject({ code: 'CertificateRequestInvalid' });
  }
});
