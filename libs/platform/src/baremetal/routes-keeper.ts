import { errorMessage } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';

import type { HostsScope } from '../build/scope-builder.ts';

import type { UnroutedHost } from '../network/apply-routes.ts';
import { usesBuiltInNetwork } from '../network/built-in-network.ts';
import { nodesOf } from './nodes-of.ts';

/** Makes the routes between the hosts what the Nodes say; resolves with the hosts where it could not. */
export type ApplyRoutes = (scope: HostsScope, signal: AbortSignal) => Promise<readonly UnroutedHost[]>;

const mostShown = 5;

/** Keeps the routes between hosts in line with the Nodes of their cluster. */
export class RoutesKeeper {
  readonly #apply: ApplyRoutes;
  /** What was last applied on all hosts, by UID of the Cluster. After a restart of the process it is applied once more. */
  readonly #applied = new Map<string, string>();

  constructor(apply: ApplyRoutes) {
    this.#apply = apply;
  }

  /** Does nothing while nothing has changed. Resolves with what went wrong, one sentence. */
  async keep(member: MemberCluster, scope: HostsScope, signal: AbortSignal): Promise<string | undefined> {
    const { uid = '' } = scope.cluster.metadata;
    const wanted = usesBuiltInNetwork(scope.cluster) ? wantedOf(member, scope) : undefined;
    if (wanted === undefined || this.#applied.get(uid) === wanted) {
      return undefined;
    }
    const unrouted = await this.#tried(scope, signal);
    if (unrouted.length === 0) {
      this.#applied.set(uid, wanted);
      return undefined;
    }
    const shown = unrouted.slice(0, mostShown).map(({ ip, error }) => `${ip} (${errorMessage(error)})`);
    const more = unrouted.length - shown.length;
    return `routes could not be set on ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  }

  forget(uid: string): void {
    this.#applied.delete(uid);
  }

  /** An API server that does not answer in time weighs no more than a host that does not. */
  async #tried(scope: HostsScope, signal: AbortSignal): Promise<readonly UnroutedHost[]> {
    try {
      return await this.#apply(scope, signal);
    } catch (error) {
      signal.throwIfAborted();
      return [{ ip: 'any host', error }];
    }
  }
}

/** What routes are made from; undefined until the Nodes have been seen. */
function wantedOf(member: MemberCluster, scope: HostsScope): string | undefined {
  const nodes = nodesOf(member)?.map(({ metadata, spec, status }) =>
    JSON.stringify([metadata.uid, spec?.podCIDRs, status?.addresses]),
  );
  return nodes && JSON.stringify([scope.allHosts().toSorted(), nodes.toSorted()]);
}
