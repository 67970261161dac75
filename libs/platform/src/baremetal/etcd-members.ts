import { bareHost } from '@tke/net';

import type { HostSession } from '../hosts/host-session.ts';

/** What etcd says of one of its members. */
export interface EtcdMember {
  /** Empty for one that has been announced and has never started. */
  readonly name: string;
  readonly isLearner: boolean;
  /** The host of its peer URL. */
  readonly host: string;
}

/** etcdctl is in the image of etcd, and its certificate for health checks is kubeadm's. */
const script = `
id=$(crictl ps --name '^etcd$' --state Running --quiet | head -n 1)
[ -n "$id" ] || { echo 'no container of etcd runs' >&2; exit 1; }
pki=/etc/kubernetes/pki/etcd
exec crictl exec "$id" etcdctl --endpoints https://127.0.0.1:2379 --command-timeout 10s \\
  --cacert "$pki/ca.crt" --cert "$pki/healthcheck-client.crt" --key "$pki/healthcheck-client.key" member list --write-out json
`;

/** The members of the etcd that runs on a host of the control plane. */
export async function etcdMembers(session: HostSession): Promise<readonly EtcdMember[]> {
  const { stdout } = await session.script(script, [], { timeoutMs: 30_000 });
  return parseEtcdMembers(stdout);
}

/** Reads `etcdctl member list --write-out json`. */
export function parseEtcdMembers(text: string): readonly EtcdMember[] {
  const { members = [] } = JSON.parse(text) as {
    readonly members?: readonly {
      readonly name?: string;
      readonly isLearner?: boolean;
      readonly peerURLs?: readonly string[];
    }[];
  };
  return members.map(({ name = '', isLearner = false, peerURLs = [] }) => ({
    name,
    isLearner,
    host: bareHost(URL.parse(peerURLs[0] ?? '')?.hostname ?? ''),
  }));
}
