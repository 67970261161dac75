import { join } from 'node:path';

import { waitFor } from '@tke/envtest';
import { connect, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';

import type { ClusterLab } from '../../e2e/clusters/cluster-lab.ts';
import { mustSucceed } from '../../e2e/clusters/kubectl.ts';
import { clusterManifest, machineManifest } from '../../e2e/clusters/manifests.ts';
import { loadWorkloadImage } from '../../e2e/clusters/workload.ts';
import type { BareHost } from '../../e2e/hosts/bare-host.ts';
import { seconds } from './stopwatch.ts';
import { follow, type Timeline } from './timeline.ts';
import { pinnedDeployment, podsOf } from './workload.ts';

export interface OurFigures {
  readonly creation: Timeline;
  /** Logins that sshd took while the cluster was made, by host. */
  readonly connections: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, number>>;
}

const name = 'cls-bench';

/** Makes a cluster with the product, works with it, and takes it apart. The hosts are as before then. */
export async function measureOurs(lab: ClusterLab, hosts: readonly BareHost[], version: string): Promise<OurFigures> {
  const [controlPlane, ...workers] = hosts;
  const machines = workers.map((_, index) => `mc-${index}`);
  const client = await connect({
    kubeconfig: join(lab.hub.folder, 'kubeconfig'),
    userAgent: 'bench',
    logger: discardLogger,
  });
  try {
    await lab.hub.apply(clusterManifest(name, { version, controlPlane: [controlPlane!] }));
    const creating = follow(client, name, machines);
    await Promise.all(workers.map((host, index) => lab.hub.apply(machineManifest(machines[index]!, name, host))));
    const creation = await creating;
    const connections = Object.fromEntries(
      await Promise.all(hosts.map(async (host) => [host.name, await logins(host)] as const)),
    );
    return { creation, connections, operations: await measureOperations(lab, hosts, client) };
  } finally {
    await client.close();
  }
}

async function measureOperations(
  lab: ClusterLab,
  hosts: readonly BareHost[],
  client: Client,
): Promise<Record<string, number>> {
  const [controlPlane, worker] = hosts as readonly [BareHost, BareHost];
  const kubectl = mustSucceed(await lab.member(name, controlPlane.ip));
  await loadWorkloadImage([worker]);
  await lab.applyTo(name, pinnedDeployment(worker.ip));
  await kubectl('wait', '--for=condition=Available', '--timeout=60s', 'deployment/load');
  const spec = JSON.stringify({ spec: { availability: 'Drained' } });
  const drain = await seconds(async () => {
    await lab.hub.must(['patch', 'machine', 'mc-0', '--type=merge', '-p', spec]);
    await waitFor(async () => (await kubectl(...podsOf(worker.ip))) === '', {
      description: 'the node is empty',
      timeoutMs: 120_000,
      intervalMs: 100,
    });
  });
  const remove = await seconds(() => lab.hub.must(['delete', 'machine', 'mc-0', '--timeout=300s']));
  await lab.hub.apply(machineManifest('mc-0', name, worker));
  const rejoin = await follow(client, name, ['mc-0']);
  const destroy = await seconds(() => lab.hub.must(['delete', 'cluster', name, '--timeout=400s']));
  return {
    drain,
    remove,
    join: rejoin.seconds,
    'join, programs and images copied already': rejoin.seconds - rejoin.copyingSeconds,
    delete: destroy,
  };
}

async function logins(host: BareHost): Promise<number> {
  const log = await host.script('journalctl --no-pager -t sshd -t sshd-session | grep -c "Accepted " || :');
  return Number(log.trim());
}
