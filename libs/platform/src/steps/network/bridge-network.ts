import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { ensureNetwork } from './ensure-network.ts';
import { ensureNodeRoutes } from './ensure-node-routes.ts';

/** A bridge on each host and routes between them, made after the nodes have registered. For hosts that share a network segment. */
export const bridgeNetwork: readonly Step<BuildScope>[] = [ensureNetwork, ensureNodeRoutes];
