import type { BareHost } from '../hosts/bare-host.ts';

/** As `etcdctl member list` tells them on a host of the control plane: address and state, e.g. `10.66.0.2 started voter`. */
export async function etcdMembersOn(host: BareHost): Promise<readonly string[]> {
  const pki = '/etc/kubernetes/pki/etcd';
  const listing = await host.script(`
    id=$(crictl ps --name '^etcd$' --state Running --quiet | head -n 1)
    crictl exec "$id" etcdctl --endpoints https://127.0.0.1:2379 --cacert ${pki}/ca.crt \\
      --cert ${pki}/healthcheck-client.crt --key ${pki}/healthcheck-client.key member list`);
  const members = listing
    .trim()
    .split('\n')
    .map((line) => line.split(', '));
  return members
    .map(([, state = '', , peer = '', , isLearner]) => {
      const { hostname } = new URL(peer);
      return `${hostname} ${state} ${isLearner === 'false' ? 'voter' : 'learner'}`;
    })
    .toSorted();
}
