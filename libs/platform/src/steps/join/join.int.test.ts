import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedControlPlane } from '@tke/envtest';
import { isNotFound, type Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';
import { load } from 'js-yaml';

import { tokenId } from '../../kubeadm/bootstrap-token.ts';
import { bootstrapKubeletConf, joinConfigPath } from '../../kubeadm/paths.ts';
import { nodeSpec } from '../../kubeadm/testing/inputs.ts';
import { findNode } from '../node/find-node.ts';
import { anyIP, memberClient, registerNode } from '../testing/member.ts';
import { attemptAt, testScope } from '../testing/scope.ts';
import { ensureJoinPhaseKubeletStart } from './ensure-join-phase-kubelet-start.ts';
import { ensureJoinPhasePreflight } from './ensure-join-phase-preflight.ts';

const certificate = '/var/lib/kubelet/pki/kubelet-client-current.pem';
const { signal } = new AbortController();
let member: Client;

beforeAll(async () => {
  member = await memberClient(await sharedControlPlane());
});
afterAll(() => member.close());

function joining() {
  const ip = anyIP();
  const scope = testScope({ member, nodes: [nodeSpec({ ip, role: 'Worker' })] });
  const uid = scope.cluster.metadata.uid ?? '';
  const secretName = `bootstrap-token-${tokenId({ cluster: uid, ip })}`;
  const token = async () => {
    const key = { namespace: 'kube-system', name: secretName };
    const found = await member.get<coreKinds.Secret>(coreKinds.secret, key).catch((error: unknown) => {
      if (!isNotFound(error)) {
        throw error;
      }
      return undefined;
    });
    const decoded = Object.entries(found?.data ?? {}).map(([name, value]) => [
      name,
      Buffer.from(value, 'base64').toString(),
    ]);
    return found && { type: found.type, data: Object.fromEntries(decoded) as Record<string, string> };
  };
  return { ip, scope, host: scope.host(ip), token, start: () => ensureJoinPhaseKubeletStart.run(scope, attemptAt(ip)) };
}

describe('EnsureJoinPhaseKubeletStart', () => {
  test('a token for this host alone, for as long as the join takes', async () => {
    const { ip, host, token, start } = joining();
    await expect(start()).resolves.toEqual({ message: `waiting for the kubelet on ${ip} to get its certificate` });

    const made = await token();
    expect(made).toEqual({
      type: 'bootstrap.kubernetes.io/token',
      data: {
        description: `TKE: ${ip} joins`,
        'token-id': expect.stringMatching(/^[a-z0-9]{6}$/),
        'token-secret': expect.stringMatching(/^[a-z0-9]{16}$/),
        expiration: '2026-01-01T00:30:00.000Z',
        'usage-bootstrap-authentication': 'true',
        'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
      },
    });
    expect(host.commands).toEqual([`kubeadm join phase kubelet-start --config ${joinConfigPath}`]);
    const discovery = load(host.ran[0]?.stdin ?? '') as { users: { user: { token: string } }[]; clusters: object[] };
    expect(discovery.users[0]?.user.token).toBe(`${made?.data['token-id']}.${made?.data['token-secret']}`);
    expect(discovery.clusters).toMatchObject([{ cluster: { server: 'https://api.tke.internal:6443' } }]);
    expect(host.files.get(joinConfigPath)?.content).not.toContain(made?.data['token-secret']);

    host.put(certificate).put(bootstrapKubeletConf);
    await expect(start()).resolves.toBeUndefined();
    await expect(token()).resolves.toBeUndefined();
    expect(host.files.has(bootstrapKubeletConf)).toBe(false);
  });

  test('who takes the join up again goes on with the same token, which lasts until it is done', async () => {
    const { host, scope, token, start } = joining();
    await start();
    const first = await token();
    await scope.clock.advance(20 * 60_000);
    await start();
    const later = await token();
    expect(later?.data).toEqual({ ...first?.data, expiration: '2026-01-01T00:50:00.000Z' });
    expect(host.ran[0]?.stdin).toBe(host.ran[1]?.stdin);
  });

  test('is done when the kubelet has its certificate and the token is gone from the host', async () => {
    const { ip, host, scope } = joining();
    const isDone = () => ensureJoinPhaseKubeletStart.isDone?.(scope, attemptAt(ip));
    await expect(isDone()).resolves.toBe(false);
    // The kubelet writes this one before it has a certificate.
    host.put('/etc/kubernetes/kubelet.conf').put(bootstrapKubeletConf);
    await expect(isDone()).resolves.toBe(false);
    host.put(certificate);
    await expect(isDone()).resolves.toBe(false);
    host.files.delete(bootstrapKubeletConf);
    await expect(isDone()).resolves.toBe(true);
  });

  test('waits while kubeadm is at work, and while the API server cannot be reached', async () => {
    const { host, start } = joining();
    host.jobState = () => ({ message: 'kubeadm is at work', job: 'j' });
    await expect(start()).resolves.toEqual({ message: expect.stringContaining('kubeadm join is at work'), job: 'j' });
    const ip = anyIP();
    const lost = testScope({ nodes: [nodeSpec({ ip, role: 'Worker' })] });
    await expect(ensureJoinPhaseKubeletStart.run(lost, attemptAt(ip))).resolves.toMatchObject({
      message: expect.stringContaining('waiting for the API server of the cluster'),
    });
  });
});

describe('a Node of the same name', () => {
  test('from a former life of the host goes before the host joins', async () => {
    const { ip, host, start } = joining();
    await registerNode(member, ip);
    await start();
    await expect(findNode(member, ip, signal)).resolves.toBeUndefined();
    expect(host.commands).toHaveLength(1);
  });

  test('stays when the host’s present life has begun', async () => {
    const { ip, host, start } = joining();
    await registerNode(member, ip);
    host.put(bootstrapKubeletConf);
    await start();
    await expect(findNode(member, ip, signal)).resolves.toBeDefined();
  });

  test('is waited for while the cluster believes it to be ready', async () => {
    const { ip, host, start } = joining();
    await registerNode(member, ip, { ready: true });
    await expect(start()).resolves.toMatchObject({ message: expect.stringContaining(`former node ${ip} is gone`) });
    expect(host.commands).toEqual([]);
  });

  test.each(['', '10.9.9.9'])('of another machine (%p) is not touched', async (machineIP) => {
    const { ip, host, start } = joining();
    await registerNode(member, ip, { machineIP });
    await expect(start()).rejects.toMatchObject({ code: 'NodeNameTaken', class: 'NeedsUser' });
    await expect(findNode(member, ip, signal)).resolves.toBeDefined();
    expect(host.commands).toEqual([]);
  });
});

test('EnsureJoinPhasePreflight is not repeated once a later step has left something', async () => {
  const { ip, host, scope } = joining();
  await ensureJoinPhasePreflight.run(scope, attemptAt(ip));
  expect(host.commands).toEqual([`kubeadm join phase preflight --config ${joinConfigPath}`]);
  await expect(ensureJoinPhasePreflight.isDone?.(scope, attemptAt(ip))).resolves.toBe(false);
  host.put('/etc/kubernetes/kubelet.conf');
  await expect(ensureJoinPhasePreflight.isDone?.(scope, attemptAt(ip))).resolves.toBe(true);
});
