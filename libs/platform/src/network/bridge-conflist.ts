import { ownedNetwork } from './owned-network.ts';

export interface BridgeOptions {
  /** Blocks of the node, one or one of each family. */
  readonly podCidrs: readonly string[];
  /** Of the device that leads to the other hosts. Absent: the default of the plugin. */
  readonly mtu: number | undefined;
}

/** CNI configuration of a node: a bridge, addresses out of its blocks. cni.dev/plugins/current/main/bridge */
export function bridgeConflist({ podCidrs, mtu }: BridgeOptions): string {
  const bridge = {
    type: 'bridge',
    bridge: ownedNetwork.links[0],
    isGateway: true,
    // A host that joins again may get another block than before.
    forceAddress: true,
    // A pod may reach itself through a service.
    hairpinMode: true,
    // Of what leaves the cluster alone, which the plugin cannot tell: see the script of the network.
    ipMasq: false,
    mtu,
    ipam: {
      type: 'host-local',
      ranges: podCidrs.map((subnet) => [{ subnet }]),
      routes: podCidrs.map((cidr) => ({ dst: cidr.includes(':') ? '::/0' : '0.0.0.0/0' })),
    },
  };
  const plugins = [bridge, { type: 'portmap', capabilities: { portMappings: true } }];
  return `${JSON.stringify({ cniVersion: '1.0.0', name: 'tke', plugins }, undefined, 2)}\n`;
}
