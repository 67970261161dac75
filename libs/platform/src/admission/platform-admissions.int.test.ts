import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

import { cluster, type Cluster } from '@tke/api-platform';
import { pipe, succeeded, waitFor, type ControlPlane } from '@tke/envtest';

import { ordinaryUser, startAdmittedHub } from './testing/admitted-hub.ts';
import { aCluster, aMachine, password } from './testing/objects.ts';

const end = new AbortController();
let hub: ControlPlane;

beforeAll(async () => {
  hub = await startAdmittedHub(end.signal);
});

afterAll(async () => {
  end.abort();
  await hub.stop();
});

const login = { credentialSecretRef: undefined, password };

async function stored(name: string): Promise<Cluster> {
  return JSON.parse(
    await succeeded(hub.kubectl(['get', `${cluster.plural}.${cluster.group}`, name, '-o=json'])),
  ) as Cluster;
}

test('a manifest of TKEStack for an imported cluster applies as it is, with its address', async () => {
  const path = new URL('../../../api/platform/src/testdata/tkestack/cluster-imported.yaml', import.meta.url);
  const input = await readFile(path, 'utf8');
  const { code, stderr } = await hub.kubectl(['apply', '-f', '-'], { input });
  expect(stderr).toContain('Warning: status.addresses is not stored: it was taken over into spec.addresses');
  expect(code).toBe(0);
  const { spec, status } = await stored('cls-shop2');
  expect(spec.addresses).toEqual([{ type: 'Advertise', host: 'shop2.example.com', port: 6443, path: '' }]);
  expect(status?.addresses).toBeUndefined();
  // Once more, as GitOps does: what was taken over stays.
  await succeeded(hub.kubectl(['apply', '-f', '-'], { input }));
  expect((await stored('cls-shop2')).spec.addresses).toHaveLength(1);
});

test('what is being deleted is sent no Secret by who may not name one, and can be corrected and finished', async () => {
  const machine = aMachine({ ip: '10.6.6.6', clusterName: 'cls-z', ...login }, 'mc-z');
  const bob = [`--as=${ordinaryUser}`, '--as-group=system:masters', '--as-group=tenant:default'];
  const on = ['patch', 'machines.platform.tkestack.io', 'mc-z', '--type=merge', '-p'];
  const patch = (change: object, as: readonly string[] = []) => hub.kubectl([...on, JSON.stringify(change), ...as]);
  const held = { ...machine, metadata: { ...machine.metadata, finalizers: ['example.com/held'] } };
  await succeeded(pipe(hub, ['create', ...bob], held));
  await succeeded(hub.kubectl(['delete', 'machines.platform.tkestack.io', 'mc-z', '--wait=false', ...bob]));

  const naming = { spec: { credentialSecretRef: { name: 'hosts-login' } } };
  const { code, stderr } = await patch(naming, bob);
  expect(stderr).toContain(
    'spec.credentialSecretRef.name: value "hosts-login": is written by administrators of the tenant only',
  );
  expect(code).toBe(1);
  await succeeded(patch({ spec: { password: 'c2VjcmV0MTI=' } }, bob));
  await succeeded(patch(naming));
  await succeeded(patch({ metadata: { finalizers: null } }, bob));
});

test('a refusal names field, value, rule and remedy; what is stored can be changed and deleted all the same', async () => {
  const machine = aMachine({ ip: '10.0.0.1', clusterName: 'cls-b', ...login }, 'mc-b');
  const held = { ...machine, metadata: { ...machine.metadata, finalizers: ['example.com/held'] } };
  // Its Cluster is not there yet: no more than a warning.
  const { stderr: warning } = await pipe(hub, ['create'], held);
  expect(warning).toContain('Warning: spec.clusterName: Cluster cls-b does not exist');

  await succeeded(pipe(hub, ['create'], aCluster({ machines: [{ ip: '10.0.0.1', ...login }] }, 'cls-b')));
  const another = { ...machine, metadata: { name: 'mc-c' } };
  // The cache is a moment behind.
  const refusal = await waitFor(
    async () => {
      const { stderr } = await pipe(hub, ['create', '--dry-run=server'], another);
      return stderr.includes('control plane') && stderr;
    },
    { description: 'the Cluster is known' },
  );
  expect(refusal).toContain(
    'spec.ip: value "10.0.0.1": must not be the address of a host of the control plane of Cluster cls-b; Correct the address',
  );

  const patch = (...args: string[]) =>
    succeeded(hub.kubectl(['patch', 'machines.platform.tkestack.io', 'mc-b', '--type=merge', ...args]));
  await patch('-p', JSON.stringify({ metadata: { labels: { a: 'b' } } }));
  await patch('-p', JSON.stringify({ spec: { username: 'ubuntu' } }));
  await patch('--subresource=status', '-p', JSON.stringify({ status: { phase: 'Failed' } }));
  await succeeded(hub.kubectl(['delete', 'machines.platform.tkestack.io', 'mc-b', '--wait=false']));
  await patch('-p', JSON.stringify({ metadata: { finalizers: null } }));
  await succeeded(hub.kubectl(['wait', '--for=delete', 'machines.platform.tkestack.io/mc-b', '--timeout=60s']));
});
