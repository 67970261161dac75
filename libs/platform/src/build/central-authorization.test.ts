import { expect, test } from '@jest/globals';

import type { Cluster } from '@tke/api-platform';
import { Secret } from '@tke/host';

import { centralAuthorization } from './central-authorization.ts';

const { signal } = new AbortController();
const files = {
  configuration: 'kind: AuthorizationConfiguration',
  kubeconfig: new Secret('x'),
  renewAt: 0,
  notAfter: 0,
};
const offered = { of: () => Promise.resolve(files) };

function wanting(authzWebhookAddr?: NonNullable<Cluster['spec']['features']>['authzWebhookAddr']): Cluster {
  const spec = { type: 'Baremetal' as const, features: { ...(authzWebhookAddr && { authzWebhookAddr }) } };
  return { apiVersion: 'platform.tkestack.io/v1', kind: 'Cluster', metadata: { name: 'cls-x' }, spec };
}

test('central authorization is for clusters that ask for it', async () => {
  expect(await centralAuthorization(offered, wanting(), '1.36.3', signal)).toBeUndefined();
  expect(await centralAuthorization(offered, wanting({}), '1.36.3', signal)).toBeUndefined();
  expect(await centralAuthorization(offered, wanting({ builtin: {} }), '1.36.3', signal)).toBe(files);
});

test('a cluster that asks for what there is not does not come up without', async () => {
  await expect(centralAuthorization(undefined, wanting({ builtin: {} }), '1.36.3', signal)).rejects.toMatchObject({
    code: 'AuthorizationNotOffered',
    class: 'NeedsUser',
  });
  const external = { ip: '10.0.0.5', port: 443 };
  await expect(centralAuthorization(offered, wanting({ external }), '1.36.3', signal)).rejects.toMatchObject({
    code: 'ExternalAuthorizationNotSupported',
    message: expect.stringContaining('10.0.0.5'),
  });
});
