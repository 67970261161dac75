import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';

import { initConfigPath } from '../../kubeadm/paths.ts';
import { attemptAt, machines, testScope } from '../testing/scope.ts';
import { ensureKubeadmInitPhaseBootstrapToken } from './ensure-kubeadm-init-phase-bootstrap-token.ts';
import { ensureKubeadmInitPhaseWaitControlPlane } from './ensure-kubeadm-init-phase-wait-control-plane.ts';
import {
  ensureKubeadmInitPhaseAddon,
  ensureKubeadmInitPhaseCerts,
  ensureKubeadmInitPhaseETCD,
  ensureKubeadmInitPhaseUploadConfig,
} from './init-phases.ts';

const first = '10.0.0.11';

describe('phases of kubeadm init', () => {
  test('run on the first host alone, with the configuration there and readable by root alone', async () => {
    const scope = testScope({ spec: { machines: machines(first, '10.0.0.12', '10.0.0.13') } });
    expect(ensureKubeadmInitPhaseCerts.targets(scope)).toEqual([first]);
    await expect(ensureKubeadmInitPhaseCerts.run(scope, attemptAt(first))).resolves.toBeUndefined();
    const host = scope.host(first);
    expect(host.commands).toEqual([`kubeadm init phase certs all --config ${initConfigPath}`]);
    expect(host.files.get(initConfigPath)).toMatchObject({
      mode: 0o600,
      content: expect.stringContaining('kind: ClusterConfiguration'),
    });
  });

  test('those that talk to the API server outlive us', async () => {
    const scope = testScope();
    scope.host(first).jobState = () => ({ message: 'kubeadm is at work', job: 'j' });
    await expect(ensureKubeadmInitPhaseUploadConfig.run(scope, attemptAt(first))).resolves.toEqual({
      message: `kubeadm init phase upload-config is at work on ${first}`,
      job: 'j',
    });
    scope.host(first).jobState = () => undefined;
    await expect(ensureKubeadmInitPhaseAddon.run(scope, attemptAt(first))).resolves.toBeUndefined();
    expect(scope.host(first).commands.at(-1)).toBe(`kubeadm init phase addon all --config ${initConfigPath}`);
  });

  test('no member of etcd is made where it is somebody else’s', () => {
    const external = { endpoints: ['https://10.0.0.9:2379'], caFile: '/e/ca', certFile: '/e/c', keyFile: '/e/k' };
    expect(ensureKubeadmInitPhaseETCD.targets(testScope({ spec: { etcd: { external } } }))).toEqual([]);
    expect(ensureKubeadmInitPhaseETCD.targets(testScope())).toEqual([first]);
  });
});

describe('EnsureKubeadmInitPhaseBootstrapToken', () => {
  test('the token kubeadm insists on is short-lived, in no argument, and deleted', async () => {
    const scope = testScope();
    await ensureKubeadmInitPhaseBootstrapToken.run(scope, attemptAt(first));
    const [made, deleted] = scope.host(first).ran;
    const [init = ''] = (made?.stdin ?? '').split('---\n');
    const { bootstrapTokens } = load(init) as { bootstrapTokens: { token: string; ttl: string; usages: string[] }[] };
    expect(bootstrapTokens).toEqual([
      {
        token: expect.stringMatching(/^[a-z0-9]{6}\.[a-z0-9]{16}$/),
        ttl: '1m0s',
        description: expect.any(String),
        usages: ['authentication'],
      },
    ]);
    const [id = '', secret = ''] = bootstrapTokens[0]!.token.split('.');
    expect(made?.argv.join(' ')).toContain('kubeadm init phase bootstrap-token --skip-token-print');
    expect(scope.host(first).commands.join(' ')).not.toContain(secret);
    expect([...scope.host(first).files.values()].map(({ content }) => content).join(' ')).not.toContain(secret);
    expect(deleted?.argv.join(' ')).toMatch(new RegExp(`delete secret bootstrap-token-${id} --ignore-not-found$`));
  });
});

describe('EnsureKubeadmInitPhaseWaitControlPlane', () => {
  const run = async (stderr: string) => {
    const scope = testScope();
    scope.host(first).answer = () => ({ exitCode: stderr === '' ? 0 : 1, stderr });
    return ensureKubeadmInitPhaseWaitControlPlane.run(scope, attemptAt(first));
  };

  test.each([
    ['The connection to the server 10.0.0.11:6443 was refused\n', 'refused'],
    [
      'Error from server (InternalError): an error on the server ("[+]ping ok\\n[-]etcd failed: reason withheld\\n[-]poststarthook/rbac/bootstrap-roles failed: reason withheld\\n")\n',
      'it waits for etcd, poststarthook/rbac/bootstrap-roles',
    ],
    [
      'refused\nthe kubelet is activating:\nfailed to load kubelet config file\n',
      'the kubelet is activating: failed to load kubelet config file',
    ],
  ])('says what it waits for: %j', async (stderr, message) => {
    await expect(run(stderr)).resolves.toMatchObject({ message: expect.stringContaining(message) });
  });

  test('ends when the API server is ready', async () => {
    await expect(run('')).resolves.toBeUndefined();
  });
});
