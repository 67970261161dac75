import { forEachConcurrently } from '@tke/runtime';
import type { DeepReadonly } from '@tke/meta';

import type { BuildScope } from '../build/scope.ts';
import { endsPass } from '../objects/ends-pass.ts';
import { isNodeOfMachine } from '../steps/node/machine-ip.ts';
import { nodeKind, type Node } from '../steps/node/node.ts';
import { usesBuiltInNetwork } from './built-in-network.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { networkScriptPath, routesPath } from './paths.ts';
import { routesFile, routesFrom } from './routes.ts';

export type RoutesScope = Pick<BuildScope, 'cluster' | 'allHosts' | 'session' | 'member'>;

/** A host whose routes are not what they should be, and why. */
export interface UnroutedHost {
  readonly ip: string;
  readonly error: unknown;
}

const concurrency = 8;
const timeoutMs = 60_000;

/** Whoever comes later has read the Nodes later: an older list must not be written over a newer one. */
const byCluster = new OneAtATime();

/**
 * Makes the routes between the hosts of a cluster what its Nodes say, on every one of `hosts` that is a node. Resolves with the
 * hosts where that failed, in the order of their addresses; rejects when the Nodes cannot be read, and with what ends the pass. Does nothing where
 * the network of pods is not ours.
 */
export function applyRoutes(
  scope: RoutesScope,
  signal: AbortSignal,
  hosts: readonly string[] = scope.allHosts(),
): Promise<readonly UnroutedHost[]> {
  if (!usesBuiltInNetwork(scope.cluster)) {
    return Promise.resolve([]);
  }
  return byCluster.run(scope.cluster.metadata.uid ?? '', signal, async () => {
    const { items } = await scope.member().list<Node>(nodeKind, { signal });
    const joined = hosts.filter((ip) => items.some((node) => isNodeOfMachine(node, ip)));
    const unrouted: UnroutedHost[] = [];
    await forEachConcurrently(joined, concurrency, signal, (ip) =>
      routeHost(scope, ip, items).catch((error: unknown) => {
        if (endsPass(error, signal)) {
          throw error;
        }
        unrouted.push({ ip, error });
      }),
    );
    return unrouted.toSorted((a, b) => (a.ip < b.ip ? -1 : 1));
  });
}

/** A host that has no script of the network yet is about to get it, and its routes with it. */
async function routeHost(scope: RoutesScope, ip: string, nodes: readonly DeepReadonly<Node>[]): Promise<void> {
  if (!scope.allHosts().includes(ip)) {
    return; // it was given up while others had their turn
  }
  const session = await scope.session(ip);
  await session.write(routesPath, routesFile(routesFrom(ip, nodes)), { mode: 0o644, parents: 0o755 });
  await session.script('[ ! -e "$1" ] || exec sh "$1"', [networkScriptPath], { timeoutMs });
}
