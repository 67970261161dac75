import type { Cluster, Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { FindHost, HostRecord, KnownHost } from '../hosts/known-host.ts';
import type { StatusDraft } from '../objects/status-draft.ts';

type Machines = () => readonly DeepReadonly<Machine>[];

/** The hosts of a cluster for a pass over the Cluster: what is found out of its control plane is kept in its status. */
export function hostsForCluster(draft: StatusDraft<Cluster>, machines: Machines): FindHost {
  const remember = (ip: string) => (found: HostRecord) =>
    draft.update(({ hosts = [] }) => ({ hosts: hosts.map((host) => (host.ip === ip ? { ...host, ...found } : host)) }));
  return (ip) => controlPlaneHost(draft.object, ip, remember(ip)) ?? workerHost(machines(), ip);
}

/** The same for a pass over a Machine: what is found out of its host is kept in its status. */
export function hostsForMachine(
  draft: StatusDraft<Machine>,
  cluster: DeepReadonly<Cluster>,
  machines: Machines,
): FindHost {
  const remember = (found: HostRecord) => draft.update(() => found);
  return (ip) =>
    draft.object.spec.ip === ip
      ? machineHost(draft.object, remember)
      : (controlPlaneHost(cluster, ip) ?? workerHost(machines(), ip));
}

/** A host that status does not list is none yet: nothing may be done there that status could not tell of. */
function controlPlaneHost(
  { spec, status }: DeepReadonly<Cluster>,
  ip: string,
  remember?: KnownHost['remember'],
): KnownHost | undefined {
  const login = spec.machines?.find((each) => each.ip === ip);
  const record = status?.hosts?.find((each) => each.ip === ip);
  return login && record && known({ ip, login, proxy: login.proxy, tenantID: spec.tenantID ?? '', record }, remember);
}

/** The addresses of the control plane, in the order of spec: those that status lists, too. */
export function controlPlaneOf({ spec, status }: DeepReadonly<Cluster>): readonly string[] {
  const known = new Set(status?.hosts?.map(({ ip }) => ip));
  return (spec.machines ?? []).map(({ ip }) => ip).filter((ip) => known.has(ip));
}

function workerHost(machines: readonly DeepReadonly<Machine>[], ip: string): KnownHost | undefined {
  const found = machines.find(({ spec }) => spec.ip === ip);
  return found && machineHost(found);
}

function machineHost({ spec, status }: DeepReadonly<Machine>, remember?: KnownHost['remember']): KnownHost {
  const { ip, proxy, tenantID = '' } = spec;
  return known({ ip, login: spec, proxy, tenantID, record: status ?? {} }, remember);
}

function known(host: Omit<KnownHost, 'remember'>, remember: KnownHost['remember']): KnownHost {
  return remember === undefined ? host : { ...host, remember };
}
