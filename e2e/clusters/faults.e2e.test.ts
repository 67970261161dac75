import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { waitFor } from '@tke/envtest';

import type { BareHost } from '../hosts/bare-host.ts';
import { ClusterLab } from './cluster-lab.ts';
import { clusterManifest, dropInFile, loginSecret, machineManifest } from './manifests.ts';

const minutes = 60_000;
/** The oldest of the catalogue. */
const version = '1.34.4';
const name = 'cls-old';
let lab: ClusterLab;
let master: BareHost;
let worker: BareHost;

beforeAll(async () => {
  lab = await ClusterLab.start();
  [master, worker] = (await lab.boot('old-master', 'old-worker')) as [BareHost, BareHost];
}, 20 * minutes);

afterAll(() => lab.stop(), 2 * minutes);

const get = (what: string, path: string) => lab.hub.must(['get', what, '-o', `jsonpath=${path}`]);
const readyOf = (what: string) =>
  get(what, '{range .status.conditions[?(@.type=="Ready")]}{.status} {.reason} {.message}{end}');

async function untilReason(what: string, reason: RegExp): Promise<string> {
  await waitFor(async () => reason.test(await readyOf(what)), {
    description: `${what}: ${String(reason)}`,
    timeoutMs: minutes,
    intervalMs: 300,
  });
  return readyOf(what);
}

/** By the journal: a short step may have gone by between two looks at the one that is under way. */
async function untilStep(what: string, step: string): Promise<void> {
  const begun = `{.status.plan.journal[?(@.step=="${step}")].state}`;
  await waitFor(async () => (await get(what, begun)) !== '', {
    description: `the plan of ${what} comes to ${step}`,
    timeoutMs: 2 * minutes,
    intervalMs: 50,
  });
}

/** Kills the leader in a step of the plan, and starts it again. */
async function killLeaderIn(step: string): Promise<void> {
  await untilStep(`cluster/${name}`, step);
  await (await lab.hub.kill('manager')).revive();
}

describe('a cluster of the oldest version', () => {
  test(
    'comes up though its leader is killed in the middle of five steps, and nothing is done twice',
    async () => {
      const hooks = join(lab.hub.folder, 'files', 'shared', 'hooks');
      await mkdir(hooks, { recursive: true });
      await writeFile(
        join(hooks, 'once.sh'),
        '#!/bin/sh\necho begun >> /root/hook\nsleep 4\necho ended >> /root/hook\n',
      );
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
        await killLeaderIn(step);
      }
      await lab.hub.must(['wait', '--for=condition=Ready', '--timeout=300s', `cluster/${name}`]);
      expect(await master.must('cat', '/root/hook')).toBe('begun\nended\n');
      expect(await get(`cluster/${name}`, '{.status.version}')).toBe(version);
      await master.must('rm', '-r', '/root/hook');
    },
    10 * minutes,
  );

  test(
    'keeps its host: another Cluster that names it is refused, says by whom, and goes without touching it',
    async () => {
      await lab.hub.apply(clusterManifest('cls-thief', { version, controlPlane: [master] }));
      expect(await untilReason('cluster/cls-thief', /HostInUse/)).toContain(`cluster ${name} of hub`);
      await lab.hub.must(['delete', 'cluster', 'cls-thief', '--timeout=60s']);
      expect(await readyOf(`cluster/${name}`)).toMatch(/^True/);
      expect((await master.exec(['test', '-e', '/etc/kubernetes/admin.conf'])).exitCode).toBe(0);
    },
    3 * minutes,
  );
});

describe('a machine', () => {
  test(
    'with too small a disk is told so before anything is changed on it, and goes at once',
    async () => {
      const small = await lab.bootWith('small-disk', { diskMebibytes: 1024 });
      await lab.hub.apply(machineManifest('mc-small', name, small));
      await untilReason('machine/mc-small', /PreflightFailed/);
      expect(await get('machine/mc-small', '{.status.preflight[*].check}')).toBe('DiskSpace');
      expect((await small.exec(['test', '-e', '/usr/local/bin/kubelet'])).exitCode).toBe(1);
      await lab.hub.must(['delete', 'machine', 'mc-small', '--timeout=30s']);
    },
    3 * minutes,
  );

  test(
    'waits for its user when the login is wrong; then joins though sshd is killed, its host loses power and the API server dies on the way',
    async () => {
      const login = loginSecret(worker) as { metadata: object };
      const wrong = {
        ...login,
        metadata: { ...login.metadata, name: 'wrong-login' },
        stringData: { password: 'guess' },
      };
      await lab.hub.apply(wrong);
      await lab.hub.apply(machineManifest('mc-login', name, worker, { credentialSecretRef: { name: 'wrong-login' } }));
      expect(await untilReason('machine/mc-login', /AuthenticationFailed/)).toContain('Check user, password and key');
      expect(await get('machine/mc-login', '{.status.conditions[?(@.type=="Stalled")].status}')).toBe('True');
      await lab.hub.apply({ ...login, metadata: { ...login.metadata, name: 'wrong-login' } });
      await lab.hub.must(['annotate', 'machine', 'mc-login', 'platform.tkestack.io/retry=1']);
      await untilStep('machine/mc-login', 'EnsureContainerRuntime');
      await worker.killSshd();
      await untilStep('machine/mc-login', 'EnsureKubernetesImages');
      await worker.crash();
      await untilStep('machine/mc-login', 'EnsureJoinPhaseKubeletStart');
      await master.must('pkill', '-KILL', 'kube-apiserver');
      await lab.hub.must(['wait', '--for=condition=Ready', '--timeout=300s', 'machine/mc-login']);
    },
    10 * minutes,
  );

  test(
    'is Ready again after its host lost power',
    async () => {
      await worker.crash();
      await untilReason('machine/mc-login', /^(False|Unknown)/).catch(() => undefined);
      await lab.hub.must(['wait', '--for=condition=Ready', '--timeout=180s', 'machine/mc-login']);
      expect(await worker.must('ip', '-4', 'route')).toMatch(/10\.244\.0\.0\/24 via/);
    },
    5 * minutes,
  );
});

test(
  'a deleted cluster takes its machines along',
  async () => {
    await lab.hub.must(['delete', 'cluster', name, '--timeout=400s']);
    expect(await lab.hub.must(['get', 'machines', '-o', 'name'])).toBe('');
    for (const host of [master, worker]) {
      expect((await host.exec(['pgrep', '-x', 'kubelet'])).exitCode).toBe(1);
      expect((await host.exec(['ls', '/var/lib/tke'])).exitCode).not.toBe(0);
    }
  },
  8 * minutes,
);
