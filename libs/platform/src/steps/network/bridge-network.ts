import type { NetworkProvider } from '../../network/network-provider.ts';
import { ensureNetwork } from './ensure-network.ts';
import { ensureNodeRoutes } from './ensure-node-routes.ts';

/** A bridge on each host and routes between them. For hosts that share a network segment. */
export const bridgeNetwork: NetworkProvider = { name: 'bridge', steps: [ensureNetwork, ensureNodeRoutes] };
