/** Everything of the network on a host that is no file, and ours: what a reset takes away. */
export const ownedNetwork = {
  /** The bridge that pods are connected to. */
  links: ['cni0'],
  /**
   * Marks our routes, so that stale ones are found. No well-known one: none of rtnetlink.h, of iproute2's rt_protos or
   * of FRR has it.
   */
  routeProtocol: 84,
  nftTables: ['inet tke'],
  /** The same in iptables and ip6tables. */
  iptablesChains: ['TKE-MASQUERADE', 'TKE-FORWARD'],
} as const;
