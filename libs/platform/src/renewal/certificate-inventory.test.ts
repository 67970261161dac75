import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { machines, testScope } from '../steps/testing/scope.ts';
import { CertificateInventory } from './certificate-inventory.ts';

const [first, second] = ['10.0.0.11', '10.0.0.12'] as const;
const signal = new AbortController().signal;
const hourMs = 3_600_000;

function world() {
  const clock = new FakeClock();
  const scope = testScope({ spec: { machines: machines(first, second) } });
  const dead = new Set<string>();
  const answers: Record<string, string> = { [first]: '2027-01-01T00:00:00Z', [second]: '2027-02-01T00:00:00Z' };
  for (const ip of [first, second]) {
    scope.host(ip).answer = () => ({
      stdout: JSON.stringify({
        certificates: [
          { name: 'admin.conf', expirationDate: '2029-01-01T00:00:00Z' },
          { name: 'apiserver', expirationDate: answers[ip] },
          { name: 'front-proxy-client', expirationDate: '2026-01-01T00:00:00Z', externallyManaged: true },
          { name: 'etcd-server', expirationDate: null, missing: true },
        ],
      }),
    });
  }
  const session = (ip: string) =>
    dead.has(ip) ? Promise.reject(new Error('it is off')) : Promise.resolve(scope.host(ip));
  const inventory = new CertificateInventory(clock);
  const look = async (cluster = scope.cluster) => {
    await inventory.refresh({ ...scope, cluster, session }, signal);
    return inventory.known({ cluster }).map(({ name, notAfter, renewAt }) => `${name} ${notAfter} ${renewAt ?? ''}`);
  };
  return { clock, scope, dead, answers, look, inventory };
}

const ofFirst = `apiserver on ${first} 2027-01-01T00:00:00Z 2026-09-01T08:00:00Z`;
const ofSecond = `apiserver on ${second} 2027-02-01T00:00:00Z 2026-10-02T08:00:00Z`;

test('of each host the certificate that ends first is known, without those that others renew', async () => {
  const { look, scope, clock, answers } = world();
  expect(await look()).toEqual([ofFirst, ofSecond]);
  answers[first] = '2028-01-01T00:00:00Z';
  await clock.advance(11 * hourMs);
  expect(await look()).toEqual([ofFirst, ofSecond]);
  expect(scope.host(first).ran).toHaveLength(1);
  await clock.advance(hourMs);
  expect((await look())[0]).toContain('2028-01-01');
});

test('after a renewal hosts are asked at once', async () => {
  const { look, scope, answers, inventory } = world();
  await look();
  answers[first] = '2028-01-01T00:00:00Z';
  inventory.forget(scope.cluster.metadata.uid ?? '');
  expect((await look())[0]).toContain('2028-01-01');
});

test('of a host that is silent what the status says stays, and it is soon asked again', async () => {
  const { look, scope, dead, clock } = world();
  const notAfter = '2026-12-01T00:00:00Z';
  const certificates = [
    { name: 'client', notAfter },
    { name: `etcd-peer on ${first}`, notAfter, renewAt: notAfter },
  ];
  const cluster = { ...scope.cluster, status: { certificates } };
  dead.add(first);
  expect(await look(cluster)).toEqual([`etcd-peer on ${first} ${notAfter} ${notAfter}`, ofSecond]);
  dead.clear();
  await clock.advance(hourMs / 6);
  expect(await look(cluster)).toEqual([ofFirst, ofSecond]);
});
