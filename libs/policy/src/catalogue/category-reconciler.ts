import { category, identityProvider, type Category } from '@tke/api-auth';
import { isAlreadyExists } from '@tke/kube-client';
import { apiVersionOf, keyOf, type DeepReadonly } from '@tke/meta';
import {
  controllerFor,
  saveFailure,
  saveOutcome,
  type CacheReader,
  type ControllerHost,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
  type StatusDependencies,
} from '@tke/runtime';

import { fieldManager, seedDigestAnnotation } from '../names.ts';
import { shippedCategories } from '../seeds/categories.ts';
import { contentDigest } from '../seeds/digest.ts';
import { decideSeed, type SeedDecision } from '../seeds/seed-decision.ts';

export interface CategoryDependencies extends StatusDependencies {
  readonly cache: CacheReader;
}

const action = 'SeedCategories';

/** Keeps the headings the platform ships, and marks every heading as seen. */
export class CategoryReconciler implements Reconciler {
  readonly #deps: CategoryDependencies;

  constructor(dependencies: CategoryDependencies) {
    this.#deps = dependencies;
  }

  async reconcile({ name }: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const stored = this.#deps.cache.get(category, { name });
    const shipped = shippedCategories.get(name);
    if (stored === undefined) {
      if (shipped !== undefined) {
        await this.#create(name, shipped, signal);
      }
      return undefined;
    }
    if (stored.metadata.deletionTimestamp !== undefined) {
      return undefined;
    }
    try {
      const message =
        shipped === undefined ? 'written by users' : messages[await this.#update(stored, shipped, signal)];
      await saveOutcome(this.#deps, {
        kind: category,
        object: stored,
        fields: {},
        outcome: { kind: 'ready', message },
        action,
        signal,
      });
    } catch (error) {
      await saveFailure(this.#deps, { kind: category, object: stored, error, action, signal });
      throw error;
    }
    return undefined;
  }

  async #create(name: string, spec: Category['Spec'], signal: AbortSignal): Promise<void> {
    const metadata = { name, annotations: { [seedDigestAnnotation]: contentDigest(spec) } };
    try {
      const object = { apiVersion: apiVersionOf(category), kind: category.kind, metadata, Spec: spec };
      await this.#deps.client.create(category, object, { fieldManager, signal });
    } catch (error) {
      // The cache lags behind; the event of what is there brings us back.
      if (!isAlreadyExists(error)) {
        throw error;
      }
    }
  }

  async #update(stored: DeepReadonly<Category>, spec: Category['Spec'], signal: AbortSignal): Promise<SeedDecision> {
    const { annotations, resourceVersion } = stored.metadata;
    const decision = decideSeed({ content: stored.Spec, digest: annotations?.[seedDigestAnnotation] }, spec);
    if (decision === 'adopt' || decision === 'update') {
      // Locked: an edit that was not seen yet must not be overwritten.
      const metadata = { resourceVersion, annotations: { [seedDigestAnnotation]: contentDigest(spec) } };
      const body = decision === 'update' ? { metadata, Spec: spec } : { metadata };
      await this.#deps.client.patch(category, keyOf(stored), { type: 'merge', body }, { fieldManager, signal });
    }
    return decision;
  }
}

const messages: Readonly<Record<SeedDecision, string>> = {
  create: 'as shipped',
  adopt: 'as shipped',
  update: 'as shipped',
  current: 'as shipped',
  edited: 'edited by users and left as it is',
};

export function addCategoryController(host: ControllerHost, dependencies: CategoryDependencies): void {
  const shipped = [...shippedCategories.keys()].map((name) => ({ name }));
  controllerFor(host, 'categories')
    .for(category)
    // Categories belong to no tenant, but without a tenant nobody can look at them: the first one brings them.
    .watches(identityProvider, () => shipped, { predicates: [{ update: () => false, delete: () => false }] })
    .complete(new CategoryReconciler(dependencies));
}
