import type { ClusterConfig, Impersonation } from '@tke/kube-client';

/** In TKEStack's terms: a balancer, one API server, and ways in from the platform, the internet, a gateway. */
export type AddressType = 'Internal' | 'Advertise' | 'Real' | 'Public' | 'Support';

export interface ClusterAddress {
  readonly type: AddressType;
  readonly host: string;
  readonly port: number;
  /** In front of the API, as a proxy in another cluster has it, e.g. Clusternet's `/apis/proxies.clusternet.io/…/direct`. */
  readonly path?: string;
}

/** How to reach a cluster and as whom, in its parts. Certificates and keys are PEM. */
export interface ClusterAccessSpec {
  readonly addresses: readonly ClusterAddress[];
  /** Absent: the authorities of Node.js. */
  readonly ca?: string;
  readonly serverName?: string;
  readonly insecureSkipVerify?: boolean;
  /** `http`, `https` or `socks5`, user and password included. */
  readonly proxyUrl?: string;
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly impersonate?: Impersonation;
}

/** What a member is made from. */
export interface MemberAccess {
  readonly config: ClusterConfig;
  readonly tenantID?: string;
  /** Of the namespace kube-system of the cluster that is meant, once it is known: nothing is done in another one. */
  readonly uid?: string;
}
