import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sharedControlPlane } from '@tke/envtest';
import type { Client } from '@tke/kube-client';

import { bootstrapKubeletConf } from '../../kubeadm/paths.ts';
import { anyIP, memberClient } from '../testing/member.ts';
import { attemptAt, machines, testScope } from '../testing/scope.ts';
import { ensureJoinPhaseControlPlaneJoinETCD as step } from './ensure-join-phase-control-plane-join-etcd.ts';

const certificate = '/var/lib/kubelet/pki/kubelet-client-current.pem';
let member: Client;

beforeAll(async () => {
  member = await memberClient(await sharedControlPlane());
});
afterAll(() => member.close());

describe('EnsureJoinPhaseControlPlaneJoinETCD', () => {
  test('hosts join etcd one after the other, and wait for API server and certificate', async () => {
    const [first, second, third] = [anyIP(), anyIP(), anyIP()];
    const scope = testScope({ member, spec: { machines: machines(first, second, third) } });
    expect(step.targets(scope)).toEqual([second, third]);
    const at = (ip: string) => step.run(scope, attemptAt(ip));

    await expect(at(third)).resolves.toMatchObject({ message: `${third} joins after ${second}` });
    expect(scope.host(third).commands).toEqual([]);

    const host = scope.host(second).put(bootstrapKubeletConf);
    host.answer = () => ({ exitCode: 1, stderr: 'refused' });
    await expect(at(second)).resolves.toMatchObject({ message: `the API server on ${second} is not ready: refused` });
    expect(host.commands[0]).toContain('phase etcd-join');

    host.answer = () => ({});
    await expect(at(second)).resolves.toMatchObject({ message: expect.stringContaining('to get its certificate') });
    await expect(at(third)).resolves.toMatchObject({ message: `${third} joins after ${second}` });

    host.put(certificate);
    await expect(at(second)).resolves.toBeUndefined();
    await expect(step.isDone?.(scope, attemptAt(second))).resolves.toBe(true);

    scope.host(third).put(certificate).put(bootstrapKubeletConf);
    await expect(at(third)).resolves.toBeUndefined();
  });
});
