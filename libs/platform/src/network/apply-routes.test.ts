import { expect, test } from '@jest/globals';

import { CodedError } from '@tke/errors';
import type { Client } from '@tke/kube-client';

import { machineIPLabel } from '../names.ts';
import { machines, testScope } from '../steps/testing/scope.ts';
import { applyRoutes } from './apply-routes.ts';

const { signal } = new AbortController();
const ips = ['10.0.0.11', '10.0.0.12'];

/** Two hosts that have joined, of which the second fails with this. */
function apply(error: Error) {
  const items = ips.map((ip) => ({
    metadata: { name: ip, uid: ip, labels: { [machineIPLabel]: ip } },
    status: { addresses: [{ type: 'InternalIP', address: ip }] },
  }));
  const member = { list: () => Promise.resolve({ items }) } as unknown as Client;
  const scope = testScope({ spec: { machines: machines(...ips) }, member });
  const session = (ip: string) => (ip === ips[1] ? Promise.reject(error) : Promise.resolve(scope.host(ip)));
  return applyRoutes({ ...scope, session }, signal);
}

test('a host that does not answer is named, one that another process has taken over ends the pass', async () => {
  const silent = new Error('no answer');
  await expect(apply(silent)).resolves.toEqual([{ ip: ips[1], error: silent }]);
  for (const code of ['LockSuperseded', 'NotLeading']) {
    const error = new CodedError(code, { class: 'Retryable', remedy: '' }, 'another leads');
    await expect(apply(error)).rejects.toBe(error);
  }
});
