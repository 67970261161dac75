import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { ControlPlane, defaultVersion, freePort, kubeconfig, selectedVersion, waitFor } from '@tke/envtest';
import { createCa, issueCertificate } from '@tke/pki';
import { authorizationConfiguration } from '@tke/platform';
import { systemClock as clock } from '@tke/time';

jest.setTimeout(300_000);

const folder = mkdtempSync(join(tmpdir(), 'authorization-'));
const kubeConfigFile = join(folder, 'webhook.kubeconfig');
let cluster: ControlPlane;

beforeAll(async () => {
  const ca = await createCa({ commonName: 'test', clock });
  const client = await issueCertificate({ ca, commonName: 'kube-apiserver', usages: ['client'], clock });
  const server = `https://127.0.0.1:${String(await freePort(Math.random))}/auth/authz`;
  writeFileSync(kubeConfigFile, kubeconfig({ server, caPem: ca.certPem, client }));
  const version = selectedVersion(process.env) ?? defaultVersion;
  cluster = await ControlPlane.start({
    authorizationConfig: authorizationConfiguration({ kubeConfigFile, kubernetes: version }),
  });
  for (const name of ['alice', 'bob', 'system:tester']) {
    await cluster.user(name);
  }
  await cluster.kubectl(['create', 'clusterrole', 'pods', '--verb=list', '--resource=pods']);
  await cluster.kubectl(['create', 'clusterrolebinding', 'bob', '--clusterrole=pods', '--user=bob']);
});

afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

describe('with the webhook down', () => {
  test('what only the webhook could allow fails and says why', async () => {
    const { code, stderr } = await cluster.kubectl(['get', 'pods'], { user: 'alice' });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/InternalError.*127\.0\.0\.1.*connection refused/s)]);
  });

  test('what RBAC allows works', async () => {
    // As soon as it knows of the binding.
    const allowed = async () => (await cluster.kubectl(['get', 'pods'], { user: 'bob' })).code === 0;
    await waitFor(allowed, { description: 'bob lists pods', timeoutMs: 90_000 });
  });

  test('the administrator works: the way back in', async () => {
    expect((await cluster.kubectl(['get', 'secrets', '-A'])).code).toBe(0);
  });

  test('system: users do not reach the webhook', async () => {
    const { stderr } = await cluster.kubectl(['get', 'pods'], { user: 'system:tester' });
    expect(stderr).toContain('Forbidden');
    expect(stderr).not.toContain('127.0.0.1');
  });
});
