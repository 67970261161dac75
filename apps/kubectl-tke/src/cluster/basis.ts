import { setImmediate } from 'node:timers/promises';

import { identityProvider } from '@tke/api-auth';
import type { DecisionBasis } from '@tke/authz';
import { AuthorizationState, watchAuthorization } from '@tke/authz-state';
import { discardLogger } from '@tke/log';
import { kindKey } from '@tke/meta';
import { Cache } from '@tke/runtime';

import { SnapshotReader, type Snapshot } from './snapshot.ts';

/** What decisions are made from, as the webhook would hold it. */
export interface ReadBasis extends DecisionBasis {
  /** Names of all tenants. */
  readonly tenantNames: readonly string[];
  /** resourceVersion of the newest Rule. */
  readonly revision: string;
  /** Rules that take part in no decision. */
  readonly defective: number;
}

/** Fills the webhook's own state from a snapshot, by the webhook's own watches. */
export async function basisOf(
  snapshot: Snapshot,
  hub: Pick<DecisionBasis, 'hubTenants' | 'platformNamespaces'>,
  signal: AbortSignal,
): Promise<ReadBasis> {
  const state = new AuthorizationState();
  const ended = new AbortController();
  const cache = new Cache({ reader: new SnapshotReader(snapshot), logger: discardLogger });
  const watch = watchAuthorization(cache, state);
  const running = cache.start(AbortSignal.any([signal, ended.signal]));
  await cache.waitForSync(signal);
  // Everything is in memory: handlers lag behind the store by turns of the event loop.
  while (!watch.synced) {
    await setImmediate(undefined, { signal });
  }
  ended.abort();
  await running;
  const { rules, tenants, projects, revision } = state;
  return {
    rules,
    tenants,
    projects,
    ...hub,
    tenantNames: (snapshot.get(kindKey(identityProvider)) ?? []).map(({ metadata }) => metadata.name ?? '').sort(),
    revision,
    defective: rules.defects().length,
  };
}
