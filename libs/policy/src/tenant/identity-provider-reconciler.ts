import { identityProvider, policy, type IdentityProvider, type Policy } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';
import {
  controllerFor,
  ensureFinalizer,
  forEachConcurrently,
  hasFinalizer,
  removeFinalizer,
  saveFailure,
  saveOutcome,
  type CacheReader,
  type ControllerHost,
  type Mapper,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  type Request,
  type Result,
  type StatusDependencies,
} from '@tke/runtime';

import { compileErrors } from '../compile/errors.ts';
import { defaultPoliciesFinalizer, defaultPolicyLabel, tenantLabel } from '../names.ts';
import { defaultPolicies, tenantsNaming } from '../seeds/default-policies.ts';
import { DefaultPolicyWriter, type SeedState } from './default-policy-writer.ts';

export interface TenantDependencies extends StatusDependencies {
  readonly cache: CacheReader;
}

const action = 'SeedDefaultPolicies';
const concurrency = 8;

/** Gives each tenant the policies the platform ships, and takes them away with the tenant. */
export class IdentityProviderReconciler implements Reconciler {
  readonly #deps: TenantDependencies;
  readonly #writer: DefaultPolicyWriter;

  constructor(dependencies: TenantDependencies) {
    this.#deps = dependencies;
    this.#writer = new DefaultPolicyWriter(dependencies);
  }

  async reconcile(request: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const object = this.#deps.cache.get(identityProvider, request);
    if (object === undefined) {
      return undefined;
    }
    try {
      await (object.metadata.deletionTimestamp === undefined
        ? this.#seed(object, signal)
        : this.#remove(object, signal));
    } catch (error) {
      await saveFailure(this.#deps, { kind: identityProvider, object, error, action, signal });
      throw error;
    }
    return undefined;
  }

  async #seed(object: DeepReadonly<IdentityProvider>, signal: AbortSignal): Promise<void> {
    const { client } = this.#deps;
    const held = await ensureFinalizer<IdentityProvider>(client, identityProvider, object, defaultPoliciesFinalizer, {
      signal,
    });
    const states: SeedState[] = [];
    await forEachConcurrently(defaultPolicies, concurrency, signal, async (shipped) => {
      states.push(await this.#writer.write(held, shipped, signal));
    });
    await saveOutcome(this.#deps, {
      kind: identityProvider,
      object: held,
      fields: {},
      outcome: outcomeOf(states),
      action,
      signal,
    });
  }

  async #remove(object: DeepReadonly<IdentityProvider>, signal: AbortSignal): Promise<void> {
    if (!hasFinalizer(object, defaultPoliciesFinalizer)) {
      return;
    }
    await this.#writer.removeAll(object.metadata.name ?? '', signal);
    await removeFinalizer<IdentityProvider>(this.#deps.client, identityProvider, object, defaultPoliciesFinalizer, {
      signal,
    });
  }
}

function outcomeOf(states: readonly SeedState[]): Outcome {
  const named = (state: SeedState['state']) =>
    states
      .filter((seed) => seed.state === state)
      .map(({ name }) => name)
      .toSorted();
  const blocked = named('blocked');
  if (blocked.length > 0) {
    const remedy = 'Delete or rename these policies of the other tenant, or give one of the tenants another name.';
    return {
      kind: 'stalled',
      error: compileErrors.NameTaken(`another tenant has the default policies ${blocked.join(', ')}`, { remedy }),
    };
  }
  const deleting = named('deleting');
  if (deleting.length > 0) {
    return {
      kind: 'progressing',
      reason: 'PoliciesDeleting',
      message: `waiting for the end of ${deleting.join(', ')}`,
    };
  }
  const edited = named('edited');
  const note = edited.length === 0 ? '' : `; edited by users and left as they are: ${edited.join(', ')}`;
  return { kind: 'ready', message: `${states.length} default policies${note}` };
}

export function addIdentityProviderController(host: ControllerHost, dependencies: TenantDependencies): void {
  controllerFor(host, 'identityproviders')
    .for(identityProvider)
    .watches(policy, toTenants, { predicates: [{ update: seedMatters }] })
    .withOptions({ concurrency: 2 })
    .complete(new IdentityProviderReconciler(dependencies));
}

/** The tenants that have to do with a policy: by our mark, by its own word, and those that would give it this name. */
const toTenants: Mapper<Policy> = ({ metadata, spec }) => {
  const labels = metadata.labels ?? {};
  const isDefault = spec.type === 'default' || labels[defaultPolicyLabel] !== undefined;
  const names = [labels[tenantLabel], isDefault ? spec.tenantID : undefined, ...tenantsNaming(metadata.name ?? '')];
  return [...new Set(names)].flatMap((name) => (name === undefined || name === '' ? [] : [{ name }]));
};

function seedMatters(before: DeepReadonly<Policy>, after: DeepReadonly<Policy>): boolean {
  const told = ({ metadata: { generation, labels, annotations } }: DeepReadonly<Policy>) =>
    JSON.stringify([generation, labels, annotations]);
  return told(before) !== told(after);
}
