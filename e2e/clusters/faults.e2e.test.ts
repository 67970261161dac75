import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import type { BareHost } from '../hosts/bare-host.ts';
import { ClusterLab } from './cluster-lab.ts';
import { mustSucceed } from './kubectl.ts';
import { clusterManifest, dropInFile, loginSecret, machineManifest } from './manifests.ts';
import { Progress } from './progress.ts';
import { loadWorkloadImage, proveServicesWork } from './workload.ts';

const minutes = 60_000;
// Longer than what a test waits for, so that a failure says what that was.
jest.setTimeout(20 * minutes);
/** The oldest of the catalogue. */
const version = '1.34.4';
const name = 'cls-old';
let lab: ClusterLab;
let master: BareHost;
let worker: BareHost;
let quiet: BareHost;
let progress: Progress;

beforeAll(async () => {
  lab = await ClusterLab.start();
  await lab.replaceLeadersSoon();
  progress = new Progress(lab.hub);
  const hosts = await lab.boot('old-master', 'old-worker', 'old-quiet');
  [master, worker, quiet] = hosts as [BareHost, BareHost, BareHost];
}, 20 * minutes);

afterAll(() => lab.stop(), 5 * minutes);

describe('a cluster of the oldest version', () => {
  test('comes up though its leader is killed in the middle of five steps, and nothing is done twice', async () => {
    const hooks = join(lab.hub.folder, 'files', 'shared', 'hooks');
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, 'once.sh'), '#!/bin/sh\necho begun >> /root/hook\nsleep 4\necho ended >> /root/hook\n');
    const features = {
      hooks: { PreInstall: '/opt/hooks/once.sh' },
      files: [
        { src: dropInFile, dst: '/etc/containerd/conf.d/container.toml' },
        { src: 'hooks', dst: '/opt/hooks' },
      ],
    };
    await lab.hub.apply(clusterManifest(name, { version, controlPlane: [master], features }));
    for (const step of [
      'EnsurePreInstallHook',
      'EnsureKubernetesImages',
      'EnsureKubeadmInitPhaseCerts',
      'EnsureKubeadmInitPhaseWaitControlPlane',
      'EnsureClusterWorks',
    ]) {
      await progress.killLeaderIn(`cluster/${name}`, step);
    }
    await progress.ready(`cluster/${name}`);
    expect(await master.must('cat', '/root/hook')).toBe('begun\nended\n');
    expect(await progress.get(`cluster/${name}`, '{.status.version}')).toBe(version);
    await master.must('rm', '-r', '/root/hook');
  });

  test('keeps its host: another Cluster that names it is refused, says by whom, and goes without touching it', async () => {
    await lab.hub.apply(clusterManifest('cls-thief', { version, controlPlane: [master] }));
    expect(await progress.untilReason('cluster/cls-thief', /HostInUse/)).toContain(`cluster ${name} of hub`);
    await lab.hub.must(['delete', 'cluster', 'cls-thief', '--timeout=180s']);
    await progress.untilReason(`cluster/${name}`, /^True/);
    expect((await master.exec(['test', '-e', '/etc/kubernetes/admin.conf'])).exitCode).toBe(0);
  });
});

describe('a machine', () => {
  test('with too small a disk is told so before anything is changed on it, and goes at once', async () => {
    const small = await lab.bootWith('small-disk', { diskMebibytes: 1024 });
    await lab.hub.apply(machineManifest('mc-small', name, small));
    await progress.untilReason('machine/mc-small', /PreflightFailed/);
    expect(await progress.get('machine/mc-small', '{.status.preflight[*].check}')).toBe('DiskSpace');
    expect((await small.exec(['test', '-e', '/usr/local/bin/kubelet'])).exitCode).toBe(1);
    await lab.hub.must(['delete', 'machine', 'mc-small', '--timeout=180s']);
  });

  test('waits for its user when the login is wrong; then joins though sshd is killed, its host loses power and the API server dies on the way', async () => {
    const login = loginSecret(worker) as { metadata: object };
    const wrong = {
      ...login,
      metadata: { ...login.metadata, name: 'wrong-login' },
      stringData: { password: 'guess' },
    };
    await lab.hub.apply(wrong);
    await lab.hub.apply(machineManifest('mc-quiet', name, quiet)); // to which nothing is done
    await lab.hub.apply(machineManifest('mc-login', name, worker, { credentialSecretRef: { name: 'wrong-login' } }));
    expect(await progress.untilReason('machine/mc-login', /AuthenticationFailed/)).toContain(
      'Check user, password and key',
    );
    expect(await progress.condition('machine/mc-login', 'Stalled')).toMatch(/^True/);
    await lab.hub.apply({ ...login, metadata: { ...login.metadata, name: 'wrong-login' } });
    await progress.retry('machine/mc-login', '1');
    await progress.untilStep('machine/mc-login', 'EnsureContainerRuntime');
    await worker.killSshd();
    await progress.untilStep('machine/mc-login', 'EnsureKubernetesImages');
    await worker.crash();
    await progress.untilStep('machine/mc-login', 'EnsureJoinPhaseKubeletStart');
    await waitFor(() => master.must('pkill', '-KILL', 'kube-apiserver').then(() => true), {
      description: 'the API server is killed',
      timeoutMs: 2 * minutes,
    });
    await progress.ready('machine/mc-login');
  });

  test('is Ready again after its host lost power', async () => {
    const bootOf = () => progress.get('machine/mc-login', '{.status.machineInfo.bootID}');
    const boot = await bootOf();
    await worker.crash();
    await waitFor(async () => (await bootOf()) !== boot, {
      description: 'the machine tells of another boot',
      timeoutMs: 5 * minutes,
    });
    await progress.ready('machine/mc-login');
    await waitFor(async () => (await worker.must('ip', '-4', 'route')).includes('10.244.0.0/24 via'), {
      description: 'the route to the pods of the control plane is back',
      timeoutMs: 2 * minutes,
    });
  });

  test('runs pods after all that, which reach those of other machines by the names of services', async () => {
    await progress.ready('machine/mc-quiet');
    const hosts = [master, worker, quiet];
    const inMember = mustSucceed(await lab.member(name, master.ip));
    await loadWorkloadImage(hosts);
    await proveServicesWork({ inMember, apply: (object) => lab.applyTo(name, object) }, hosts);
  });
});

test('a deleted cluster takes its machines along', async () => {
  await lab.hub.must(['delete', 'cluster', name, '--timeout=400s']);
  expect(await lab.hub.must(['get', 'machines', '-o', 'name'])).toBe('');
  for (const host of [master, worker, quiet]) {
    expect((await host.exec(['pgrep', '-x', 'kubelet'])).exitCode).toBe(1);
    expect((await host.exec(['ls', '/var/lib/tke'])).exitCode).not.toBe(0);
  }
});
