import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { authorization } from '../kubeadm/testing/inputs.ts';
import { machines, testScope } from '../steps/testing/scope.ts';
import { AuthorizationKeeper } from './authorization-keeper.ts';
import { CertificateInventory } from './certificate-inventory.ts';
import { CertificateKeeper } from './certificate-keeper.ts';

const ip = '10.0.0.11';
const { signal } = new AbortController();

function world() {
  const clock = new FakeClock();
  const keeper = new CertificateKeeper({
    inventory: new CertificateInventory(clock),
    pushes: new AuthorizationKeeper(clock),
    authorizations: { of: () => Promise.resolve(authorization) },
  });
  const scopeWith = (features: object) => {
    const scope = testScope({ spec: { machines: machines(ip), features } });
    scope.host(ip).answer = () => ({ stdout: 'current\n' });
    return scope;
  };
  return { keeper, scopeWith };
}

test('the certificate for the authz-webhook is told while it is asked, and is none that a plan renews', async () => {
  const { keeper, scopeWith } = world();
  const asking = scopeWith({ authzWebhookAddr: { builtin: {} } });
  await expect(keeper.keep(asking, signal)).resolves.toMatchObject({ status: 'True' });
  expect(keeper.known(asking.cluster)).toEqual([{ name: 'authz-webhook client', notAfter: '2027-05-01T00:00:00Z' }]);
  const silent = scopeWith({});
  await expect(keeper.keep(silent, signal)).resolves.toBeUndefined();
  expect(keeper.known(silent.cluster)).toEqual([]);
});
