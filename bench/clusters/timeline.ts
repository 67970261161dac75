import { cluster as clusterKind, machine as machineKind } from '@tke/api-platform';
import { waitFor } from '@tke/envtest';
import type { Client } from '@tke/kube-client';

/** Steps that bring programs and images to a host, and start containerd with them. */
const copying = new Set([
  'EnsureContainerRuntime',
  'EnsureKubernetesImages',
  'EnsureKubelet',
  'EnsureCNIPlugins',
  'EnsureKubeadm',
]);

export interface Timeline {
  /** Until everything was Ready. */
  readonly seconds: number;
  /** The part of it in which nothing but copying went on. */
  readonly copyingSeconds: number;
  /** Seconds by `cluster EnsureKubelet`; of Machines, which go at the same time, the time in which any was there. */
  readonly steps: ReadonlyMap<string, number>;
}

interface Sample {
  readonly who: 'cluster' | 'machine';
  readonly step: string;
}

const intervalMs = 50;

/** Follows the making of a cluster from now on, by looking often: timestamps in status are whole seconds. */
export async function follow(client: Client, cluster: string, machines: readonly string[]): Promise<Timeline> {
  const began = performance.now();
  const steps = new Map<string, number>();
  let copyingSeconds = 0;
  let last = began;
  const look = async () => {
    const unready = await samples(client, cluster, machines);
    const now = performance.now();
    const passed = (now - last) / 1000;
    last = now;
    for (const name of new Set(unready.map(({ who, step }) => `${who} ${step}`))) {
      steps.set(name, (steps.get(name) ?? 0) + passed);
    }
    // Machines wait for their cluster with all that is not preparation.
    const atWork = unready.some(({ who }) => who === 'cluster')
      ? unready.filter(({ who }) => who === 'cluster')
      : unready;
    copyingSeconds += atWork.length > 0 && atWork.every(({ step }) => copying.has(step)) ? passed : 0;
    return unready.length === 0;
  };
  await waitFor(look, { description: `${cluster} and its machines are Ready`, timeoutMs: 600_000, intervalMs });
  return { seconds: (last - began) / 1000, copyingSeconds, steps };
}

async function samples(client: Client, cluster: string, machines: readonly string[]): Promise<readonly Sample[]> {
  const [one, ...others] = await Promise.all([
    client.get(clusterKind, { name: cluster }),
    ...machines.map((name) => client.get(machineKind, { name })),
  ]);
  return [{ who: 'cluster' as const, object: one }, ...others.map((object) => ({ who: 'machine' as const, object }))]
    .filter(({ object }) => !isReady(object.status?.conditions))
    .map(({ who, object }) => ({ who, step: object.status?.plan?.step ?? '(before the first, or after the last)' }));
}

function isReady(conditions: readonly { readonly type: string; readonly status: string }[] = []): boolean {
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
