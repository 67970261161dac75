import type { Cluster, Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { HostSession } from '../hosts/host-session.ts';
import { nonEmpty } from '../hosts/non-empty.ts';
import { controlPlaneOf } from './known-hosts.ts';
import type { NodeSpec } from './scope.ts';

type Open = (ip: string) => Promise<HostSession>;

/** The control plane, in the order of spec. Connects only where nodes are named after their hosts. */
export function controlPlaneNodes(cluster: DeepReadonly<Cluster>, open: Open): Promise<readonly NodeSpec[]> {
  const { spec } = cluster;
  const hosts = new Set(controlPlaneOf(cluster));
  const machines = (spec.machines ?? []).filter(({ ip }) => hosts.has(ip));
  return Promise.all(
    machines.map(async ({ ip, ...rest }) => ({
      ip,
      name: spec.hostnameAsNodename === true ? await hostname(ip, open) : ip,
      role: 'ControlPlane' as const,
      ...marksOf(rest),
    })),
  );
}

/** The node that a Machine becomes. A name once given stays: the host may be called otherwise since. */
export async function workerNode(
  { spec, status }: DeepReadonly<Machine>,
  cluster: DeepReadonly<Cluster>,
  open: Open,
): Promise<NodeSpec> {
  const { ip } = spec;
  const name =
    cluster.spec.hostnameAsNodename === true ? (nonEmpty(status?.nodeName) ?? (await hostname(ip, open))) : ip;
  return { ip, name, role: 'Worker', ...marksOf(spec) };
}

function marksOf({
  labels = {},
  annotations = {},
  taints = [],
}: DeepReadonly<Partial<Pick<Machine['spec'], 'labels' | 'annotations' | 'taints'>>>) {
  return { labels, annotations, taints };
}

/** As the kubelet names its node without being told: in lower case. */
async function hostname(ip: string, open: Open): Promise<string> {
  const facts = await (await open(ip)).facts();
  return facts.hostname.trim().toLowerCase();
}
