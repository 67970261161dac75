import { identityProvider, policy, type IdentityProvider, type Policy } from '@tke/api-auth';
import { isAlreadyExists, type Client } from '@tke/kube-client';
import { apiVersionOf, keyOf, type DeepReadonly } from '@tke/meta';
import { mergeDiff, ownerReference, type CacheReader } from '@tke/runtime';

import { seedIndex } from '../indexes.ts';
import { defaultPolicyLabel, fieldManager, seedDigestAnnotation, tenantLabel } from '../names.ts';
import { ownedBy } from '../objects/owners.ts';
import {
  nameIn,
  seededPartOf,
  seededSpec,
  seedKey,
  type DefaultPolicy,
  type SeededSpec,
} from '../seeds/default-policies.ts';
import { contentDigest } from '../seeds/digest.ts';
import { decideSeed } from '../seeds/seed-decision.ts';

/** How a default policy stands after it was looked at. */
export interface SeedState {
  /** `blocked`: another tenant has a policy of the name. */
  readonly state: 'shipped' | 'edited' | 'deleting' | 'blocked';
  readonly name: string;
}

type Tenant = DeepReadonly<IdentityProvider>;

/** Creates and updates the default policies of tenants, and lets stand what people made of them. */
export class DefaultPolicyWriter {
  readonly #client: Client;
  readonly #cache: CacheReader;

  constructor({ client, cache }: { readonly client: Client; readonly cache: CacheReader }) {
    this.#client = client;
    this.#cache = cache;
  }

  async write(tenant: Tenant, shipped: DefaultPolicy, signal: AbortSignal): Promise<SeedState> {
    const { name: tenantName = '' } = tenant.metadata;
    const spec = seededSpec(tenantName, shipped);
    const stored = this.#find(tenantName, shipped);
    if (stored === undefined) {
      return this.#create(tenant, shipped, spec, signal);
    }
    const { name = '', deletionTimestamp, annotations } = stored.metadata;
    if (deletionTimestamp !== undefined) {
      return { state: 'deleting', name };
    }
    if (stored.spec.tenantID !== tenantName) {
      return { state: 'blocked', name };
    }
    const digest = annotations?.[seedDigestAnnotation];
    const decision = decideSeed({ content: seededPartOf(stored), digest }, spec);
    const mark = decision === 'edited' ? digest : contentDigest(spec);
    await this.#update(stored, markOf(tenant, shipped, mark, stored), decision === 'update' ? spec : undefined, signal);
    return { state: decision === 'edited' ? 'edited' : 'shipped', name };
  }

  /** Deletes the default policies of a tenant that is going away, edited ones as well. */
  async removeAll(tenant: string, signal: AbortSignal): Promise<void> {
    // Asked of the server: the cache may not show yet what was created a moment ago.
    await this.#client.deleteCollection(policy, {
      labelSelector: `${tenantLabel}=${tenant},${defaultPolicyLabel}`,
      signal,
    });
  }

  /** By the name we give it; where TKEStack had it generated, also by our mark, and as TKEStack identified it. */
  #find(tenant: string, shipped: DefaultPolicy): DeepReadonly<Policy> | undefined {
    const named = this.#cache.get(policy, { name: nameIn(tenant, shipped) });
    if (named !== undefined || shipped.name !== null) {
      return named;
    }
    return this.#cache.list(policy, { index: { name: seedIndex, value: seedKey(tenant, shipped.displayName) } })[0];
  }

  async #create(tenant: Tenant, shipped: DefaultPolicy, spec: SeededSpec, signal: AbortSignal): Promise<SeedState> {
    const name = nameIn(tenant.metadata.name ?? '', shipped);
    const metadata = { name, ...markOf(tenant, shipped, contentDigest(spec)) };
    const object = {
      apiVersion: apiVersionOf(policy),
      kind: policy.kind,
      metadata,
      spec: { ...spec, username: 'admin' },
    };
    try {
      await this.#client.create(policy, object as Policy, { fieldManager, signal });
    } catch (error) {
      // The cache lags behind; the event of what is there brings us back.
      if (!isAlreadyExists(error)) {
        throw error;
      }
    }
    return { state: 'shipped', name };
  }

  async #update(
    stored: DeepReadonly<Policy>,
    mark: Mark,
    spec: SeededSpec | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const change = mergeDiff(pick(stored.metadata, mark), mark);
    if (change === undefined && spec === undefined) {
      return;
    }
    // Locked: an edit that was not seen yet must not be overwritten.
    const { resourceVersion } = stored.metadata;
    const body = { metadata: { ...change, resourceVersion }, ...(spec === undefined ? {} : { spec }) };
    await this.#client.patch(policy, keyOf(stored), { type: 'merge', body }, { fieldManager, signal });
  }
}

/** What tells a default policy from others. */
interface Mark {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string | undefined>>;
  readonly ownerReferences: readonly unknown[];
}

function markOf(
  tenant: Tenant,
  shipped: DefaultPolicy,
  digest: string | undefined,
  stored?: DeepReadonly<Policy>,
): Mark {
  const owner = ownerReference(tenant, identityProvider, {}, { controller: false, blockOwnerDeletion: false });
  return {
    labels: { [tenantLabel]: tenant.metadata.name ?? '', [defaultPolicyLabel]: shipped.displayName },
    annotations: { [seedDigestAnnotation]: digest },
    ownerReferences: ownedBy(stored?.metadata.ownerReferences, owner),
  };
}

/** Those labels and annotations that the mark speaks of. */
function pick({ labels, annotations, ownerReferences }: DeepReadonly<Policy['metadata']>, mark: Mark): object {
  const only = (entries: Readonly<Record<string, string>> | undefined, wanted: object) =>
    Object.fromEntries(Object.keys(wanted).map((key) => [key, entries?.[key]]));
  return { labels: only(labels, mark.labels), annotations: only(annotations, mark.annotations), ownerReferences };
}
