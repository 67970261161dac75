import { errorMessage } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import type { ConditionStatus, DeepReadonly } from '@tke/meta';

import type { HostsScope } from '../build/scope-builder.ts';
import type { UnroutedHost } from '../network/apply-routes.ts';
import { usesBuiltInNetwork } from '../network/built-in-network.ts';
import { endsPass } from '../objects/ends-pass.ts';
import { routesFile, routesFrom } from '../network/routes.ts';
import { isNodeOfMachine } from '../steps/node/machine-ip.ts';
import type { Node } from '../steps/node/node.ts';
import { nodesOf } from './nodes-of.ts';

/** Makes the routes of these hosts what the Nodes say; resolves with the hosts where it could not. */
export type ApplyRoutes = (
  scope: HostsScope,
  signal: AbortSignal,
  hosts: readonly string[],
) => Promise<readonly UnroutedHost[]>;

export interface RoutesCondition {
  readonly type: 'RoutesComplete';
  readonly status: ConditionStatus;
  readonly reason: 'Complete' | 'HostsNotRouted' | 'NodesNotRead';
  readonly message: string;
}

const mostShown = 5;

/** Keeps the routes between hosts in line with the Nodes of their cluster. */
export class RoutesKeeper {
  readonly #apply: ApplyRoutes;
  /** What was last applied on each host, by UID of the Cluster. After a restart of the process it is applied once more. */
  readonly #applied = new Map<string, ReadonlyMap<string, string>>();

  constructor(apply: ApplyRoutes) {
    this.#apply = apply;
  }

  /**
   * Visits the hosts whose routes have changed, or could not be set before. Undefined until the Nodes have been seen, and where the network
   * of pods is not ours. Rejects with what ends the pass only.
   */
  async keep(member: MemberCluster, scope: HostsScope, signal: AbortSignal): Promise<RoutesCondition | undefined> {
    const { uid = '' } = scope.cluster.metadata;
    const nodes = usesBuiltInNetwork(scope.cluster) ? nodesOf(member) : undefined;
    if (nodes === undefined) {
      return undefined;
    }
    const wanted = wantedBy(scope.allHosts(), nodes);
    const known = this.#applied.get(uid);
    const stale = [...wanted.keys()].filter((ip) => known?.get(ip) !== wanted.get(ip));
    if (stale.length === 0) {
      return complete;
    }
    try {
      const unrouted = await this.#apply(scope, signal, stale);
      const failed = new Set(unrouted.map(({ ip }) => ip));
      this.#applied.set(uid, new Map([...wanted].filter(([ip]) => !failed.has(ip))));
      return unrouted.length === 0 ? complete : incomplete(unrouted);
    } catch (error) {
      if (endsPass(error, signal)) {
        throw error;
      }
      return {
        type,
        status: 'Unknown',
        reason: 'NodesNotRead',
        message: `The Nodes could not be read: ${told(error)}.`,
      };
    }
  }

  forget(uid: string): void {
    this.#applied.delete(uid);
  }
}

/** What the routes of each host are made of that is a node: another Node in its place is a host that was made anew. */
function wantedBy(hosts: readonly string[], nodes: readonly DeepReadonly<Node>[]): ReadonlyMap<string, string> {
  return new Map(
    hosts.flatMap((ip) => {
      const own = nodes.find((node) => isNodeOfMachine(node, ip));
      return own === undefined
        ? []
        : [[ip, `${own.metadata.uid ?? ''}\n${routesFile(routesFrom(ip, nodes))}`] as const];
    }),
  );
}

const type = 'RoutesComplete';

const complete = { type, status: 'True', reason: 'Complete', message: '' } as const;

function incomplete(unrouted: readonly UnroutedHost[]): RoutesCondition {
  const shown = unrouted.slice(0, mostShown).map(({ ip, error }) => `${ip} (${told(error)})`);
  const more = unrouted.length > mostShown ? ` and ${unrouted.length - mostShown} more` : '';
  const message = `Routes could not be set on ${shown.join(', ')}${more}: pods there may not reach those of other hosts. It is tried again every minute.`;
  return { type, status: 'False', reason: 'HostsNotRouted', message };
}

function told(error: unknown): string {
  return errorMessage(error).replace(/\.$/, '');
}
