/** A block of addresses of one family, e.g. `10.244.0.0/16`. */
export type Cidr = string;

/** What a cluster's addresses are, worked out from its spec. In dual stack the first of each pair is the primary one. */
export interface ClusterNetwork {
  /** One, or one of each family. */
  readonly podCidrs: readonly [Cidr] | readonly [Cidr, Cidr];
  readonly serviceCidrs: readonly [Cidr] | readonly [Cidr, Cidr];
  /** Prefix of the block of one node, for each of `podCidrs`. */
  readonly nodeMasks: readonly number[];
  readonly dnsIP: string;
  readonly dnsDomain: string;
  readonly maxPodsPerNode: number;
}
