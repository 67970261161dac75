import type { Cluster, Leftover } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { StatusChange, StatusFields } from '../objects/status-draft.ts';
import { withLeftovers } from './leftovers.ts';

type Status = StatusFields<Cluster>;

/**
 * Makes the hosts in status those of spec, for a control plane that is not built yet: a mistyped address may be corrected until then. With
 * a host that was not there when the plan went past its first step the plan begins anew, as that host has missed steps.
 */
export function planHosts({ spec }: DeepReadonly<Cluster>, status: Status): StatusChange<Cluster> {
  const { hosts = [], leftBehind = [], plan } = status;
  const wanted = (spec.machines ?? []).map(({ ip }) => ip);
  const known = new Map(hosts.map((host) => [host.ip, host]));
  const strangers = hosts.filter(({ ip }) => !wanted.includes(ip));
  const isLate = (plan?.completed ?? 0) > 0 && wanted.some((ip) => !known.has(ip));
  return {
    hosts: wanted.map((ip) => known.get(ip) ?? { ip }),
    ...(strangers.length > 0 && { leftBehind: withLeftovers(leftBehind, strangers.map(strangerOf)) }),
    ...(isLate && { plan: undefined, step: undefined }),
  };
}

/** How to log in there went out of spec with it. */
function strangerOf({ ip }: { readonly ip: string }): Leftover {
  return {
    host: ip,
    what: 'What was done on the host before it was taken out of spec.machines.',
    remedy:
      'If its folder /var/lib/tke has a file "mark", run "sh /var/lib/tke/reset.sh" on the host or install it anew. Then remove the folder, which says that the host belongs to this cluster.',
  };
}
