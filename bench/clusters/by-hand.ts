import { HostPool } from '@tke/host';
import { discardLogger } from '@tke/log';
import { packageSource, type Architecture } from '@tke/package-source';
import { systemClock } from '@tke/time';

import { loadWorkloadImage } from '../../e2e/clusters/workload.ts';
import type { BareHost } from '../../e2e/hosts/bare-host.ts';
import { createByHand, type ByHandCluster, type StepTime } from '../../e2e/hosts/by-hand.ts';
import { cacheFolder } from '../../e2e/hosts/engine.ts';
import { seconds } from './stopwatch.ts';
import { pinnedDeployment } from './workload.ts';

export interface ByHandFigures {
  readonly steps: readonly StepTime[];
  readonly operations: Readonly<Record<string, number>>;
}

const copying = new Set(['copy programs', 'start containerd', 'copy and import images']);

/** Makes a cluster with kubeadm and a shell, and does with it what `measureOurs` does. */
export async function measureByHand(
  hosts: readonly BareHost[],
  version: string,
  packageFolder: string,
): Promise<ByHandFigures> {
  const tools = { clock: systemClock, logger: discardLogger };
  const architecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const source = packageSource(packageFolder, { cacheFolder: cacheFolder(), ...tools });
  const release = await source.release(version, architecture);
  const pool = new HostPool(tools);
  try {
    const cluster = await createByHand(
      hosts.map(({ ip, target }) => ({ ip, host: pool.host(target) })),
      release,
    );
    return { steps: cluster.steps, operations: await measureOperations(cluster, hosts) };
  } finally {
    pool.close();
  }
}

async function measureOperations(
  { kubectl, rejoin }: ByHandCluster,
  hosts: readonly BareHost[],
): Promise<Record<string, number>> {
  const [controlPlane, worker] = hosts as readonly [BareHost, BareHost];
  await loadWorkloadImage([worker]);
  await controlPlane.write('/root/load.json', JSON.stringify(pinnedDeployment(worker.ip)));
  await kubectl('apply', '-f', '/root/load.json');
  await kubectl('wait', '--for=condition=Available', '--timeout=60s', 'deployment/load');
  const drain = await seconds(() => kubectl('drain', worker.ip, '--ignore-daemonsets', '--delete-emptydir-data'));
  const remove = await seconds(async () => {
    await kubectl('delete', 'node', worker.ip);
    await worker.must('kubeadm', 'reset', '--force');
    // Not the folder net.d itself: containerd ends when that goes.
    await worker.script('ip link delete cni0 || :; rm -rf /etc/cni/net.d/* /etc/kubernetes /var/lib/kubelet');
  });
  const join = await seconds(() => rejoin(worker.ip));
  const destroy = await seconds(() => Promise.all(hosts.map((host) => host.must('kubeadm', 'reset', '--force'))));
  return { drain, remove, 'join, programs and images copied already': join, delete: destroy };
}

/** Seconds of creation in all, and of its part that copies. */
export function sums(steps: readonly StepTime[]): { readonly total: number; readonly copied: number } {
  const sum = (some: readonly StepTime[]) => some.reduce((before, { seconds: more }) => before + more, 0);
  return { total: sum(steps), copied: sum(steps.filter(({ step }) => copying.has(step))) };
}
