import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';

import { adminConf, authzConfigPath, authzKubeconfigPath, auditPolicyPath } from '../../kubeadm/paths.ts';
import { authorization } from '../../kubeadm/testing/inputs.ts';
import { attemptAt, machines, testScope } from '../testing/scope.ts';
import { ensureAuditConfig } from './ensure-audit-config.ts';
import { ensureAuthzWebhook } from './ensure-authz-webhook.ts';
import { ensureClusterComplete } from './ensure-cluster-complete.ts';
import { ensureKubeconfig, kubeconfigMark, rootKubeconfigPath } from './ensure-kubeconfig.ts';
import { ensureSharedCertificates } from './ensure-shared-certificates.ts';
import { ensureStoreCredential } from './ensure-store-credential.ts';

const first = '10.0.0.11';
const second = '10.0.0.12';

describe('EnsureKubeconfig', () => {
  const run = async (present?: string) => {
    const scope = testScope();
    const host = scope.host(first).put(adminConf, 'kind: Config\n');
    if (present !== undefined) {
      host.put(rootKubeconfigPath, present);
    }
    await ensureKubeconfig.run(scope, attemptAt(first));
    return host.files.get(rootKubeconfigPath);
  };
  const ours = { content: `${kubeconfigMark}\nkind: Config\n`, mode: 0o600 };

  test('is a marked copy of admin.conf, which follows it', async () => {
    expect(await run()).toEqual(ours);
    expect(await run(`${kubeconfigMark}\nold`)).toEqual(ours);
  });

  test('leaves one of somebody else alone', async () => {
    expect(await run('kind: Config # mine')).toMatchObject({ content: 'kind: Config # mine' });
  });

  test('says what is missing', async () => {
    await expect(ensureKubeconfig.run(testScope(), attemptAt(first))).rejects.toMatchObject({
      code: 'ControlPlaneFileMissing',
    });
  });
});

describe('EnsureSharedCertificates', () => {
  const files = [
    'ca.key',
    'ca.crt',
    'sa.key',
    'sa.pub',
    'front-proxy-ca.key',
    'front-proxy-ca.crt',
    'etcd/ca.key',
    'etcd/ca.crt',
  ];
  const run = async (present: readonly string[], spec = {}) => {
    const scope = testScope({ spec: { machines: machines(first, second), ...spec } });
    present.forEach((name) => scope.host(first).put(`/etc/kubernetes/pki/${name}`, name));
    await ensureSharedCertificates.run(scope, attemptAt(second));
    return Object.fromEntries(scope.host(second).files);
  };

  test('copies authorities and keys, keys for root alone', async () => {
    const copied = await run([...files, 'apiserver.key']);
    expect(Object.keys(copied).toSorted()).toEqual(files.map((name) => `/etc/kubernetes/pki/${name}`).toSorted());
    expect(copied['/etc/kubernetes/pki/etcd/ca.key']).toEqual({ content: 'etcd/ca.key', mode: 0o600 });
    expect(copied['/etc/kubernetes/pki/ca.crt']).toEqual({ content: 'ca.crt', mode: 0o644 });
  });

  test('goes to the further hosts of the control plane', () => {
    expect(ensureSharedCertificates.targets(testScope())).toEqual([]);
    expect(ensureSharedCertificates.targets(testScope({ spec: { machines: machines(first, second) } }))).toEqual([
      second,
    ]);
  });

  test('leaves etcd out where it is somebody else’s, and names a file that is missing', async () => {
    const external = { endpoints: ['https://10.0.0.9:2379'], caFile: '/e/ca', certFile: '/e/c', keyFile: '/e/k' };
    const local = files.filter((name) => !name.startsWith('etcd'));
    expect(Object.keys(await run(local, { etcd: { external } }))).toHaveLength(6);
    await expect(run(local)).rejects.toMatchObject({
      code: 'ControlPlaneFileMissing',
      message: '10.0.0.11 has no /etc/kubernetes/pki/etcd/ca.key',
    });
  });
});

describe('EnsureStoreCredential', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const kubeconfig = (key: string) =>
    JSON.stringify({
      clusters: [{ cluster: { 'certificate-authority-data': base64('-----BEGIN CERTIFICATE-----\nca') } }],
      users: [
        {
          user: { 'client-certificate-data': base64('-----BEGIN CERTIFICATE-----\nc'), 'client-key-data': base64(key) },
        },
      ],
    });

  test('keeps a certificate of the platform’s own', async () => {
    const scope = testScope();
    scope.host(first).answer = () => ({ stdout: kubeconfig('-----BEGIN RSA PRIVATE KEY-----\nk') });
    await ensureStoreCredential.run(scope, attemptAt(first));
    expect(scope.host(first).commands.at(-1)).toMatch(
      /^kubeadm kubeconfig user --client-name tke:platform --org kubeadm:cluster-admins /,
    );
    expect(scope.saved).toEqual([
      {
        ca: '-----BEGIN CERTIFICATE-----\nca',
        certificate: '-----BEGIN CERTIFICATE-----\nc',
        key: '-----BEGIN RSA PRIVATE KEY-----\nk',
      },
    ]);
  });

  test('does not keep half of one, nor shows it', async () => {
    const scope = testScope();
    scope.host(first).answer = () => ({ stdout: kubeconfig('no key') });
    await expect(ensureStoreCredential.run(scope, attemptAt(first))).rejects.toMatchObject({
      code: 'CredentialNotIssued',
      message: 'kubeadm printed a kubeconfig without client-key-data',
    });
    expect(scope.saved).toEqual([]);
  });
});

describe('EnsureAuthzWebhook', () => {
  test('puts kubeconfig and configuration on the control plane, the configuration last', async () => {
    const scope = testScope({ authorization });
    await ensureAuthzWebhook.run(scope, attemptAt(first));
    expect([...scope.host(first).files.keys()]).toEqual([authzKubeconfigPath, authzConfigPath]);
    expect([...scope.host(first).files.values()].map(({ mode }) => mode)).toEqual([0o600, 0o600]);
  });

  test('does not apply to a cluster without central authorization', () => {
    expect(ensureAuthzWebhook.targets(testScope())).toEqual([]);
    expect(ensureAuthzWebhook.targets(testScope({ authorization }))).toEqual([first]);
  });
});

test('EnsureAuditConfig writes a policy that keeps contents of requests out of the log', async () => {
  const scope = testScope();
  await ensureAuditConfig.run(scope, attemptAt(first));
  const policy = load(scope.host(first).files.get(auditPolicyPath)?.content ?? '') as { rules: { level: string }[] };
  expect(policy.rules.at(-1)).toEqual({ level: 'Metadata' });
  expect(policy.rules.filter(({ level }) => level !== 'None' && level !== 'Metadata')).toEqual([]);
});

describe('EnsureClusterComplete', () => {
  const run = (spec: object) => ensureClusterComplete.run(testScope({ spec }), attemptAt(''));

  test('has nothing against what can be built', async () => {
    await expect(run({})).resolves.toBeUndefined();
    await expect(run({ features: { enableCilium: true, skipConditions: ['EnsureGalaxy'] } })).resolves.toBeUndefined();
  });

  test('refuses a network that is not built, and says what to do', async () => {
    await expect(run({ features: { enableCilium: true } })).rejects.toMatchObject({
      code: 'NetworkNotBuilt',
      class: 'NeedsUser',
      remedy: expect.stringContaining('EnsureGalaxy'),
    });
  });
});
