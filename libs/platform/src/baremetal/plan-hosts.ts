import type { Cluster, Leftover } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { wasReached } from '../hosts/facts-of-pass.ts';
import type { StatusChange, StatusFields } from '../objects/status-draft.ts';
import { withLeftovers } from '../objects/leftovers.ts';
import { markOf, resetByHand } from '../reset/host-mark.ts';

type Status = StatusFields<Cluster>;

/**
 * Makes the hosts in status those of spec, for a control plane that is not built yet: a mistyped address may be corrected until then. With
 * a host that was not there when the plan went past its first step the plan begins anew, as that host has missed steps.
 */
export function planHosts(cluster: DeepReadonly<Cluster>, status: Status): StatusChange<Cluster> {
  const { hosts = [], leftBehind = [], plan } = status;
  const wanted = (cluster.spec.machines ?? []).map(({ ip }) => ip);
  const known = new Map(hosts.map((host) => [host.ip, host]));
  const strangers = hosts.filter((host) => !wanted.includes(host.ip) && wasReached(host));
  const isLate = (plan?.completed ?? 0) > 0 && wanted.some((ip) => !known.has(ip));
  return {
    hosts: wanted.map((ip) => known.get(ip) ?? { ip }),
    ...(strangers.length > 0 && {
      leftBehind: withLeftovers(
        leftBehind,
        strangers.map((host) => strangerOf(cluster, host)),
      ),
    }),
    ...(isLate && { plan: undefined, step: undefined }),
  };
}

/** How to log in there went out of spec with it. */
export function strangerOf(cluster: DeepReadonly<Cluster>, { ip }: { readonly ip: string }): Leftover {
  return {
    host: ip,
    what: 'What was done on the host before it was taken out of spec.machines.',
    remedy: resetByHand(markOf({ cluster, owner: undefined })),
  };
}
