import { identityProvider, localIdentity, type IdentityProvider, type LocalIdentity } from '@tke/api-auth';
import { keyOf, type DeepReadonly } from '@tke/meta';
import {
  controllerFor,
  saveOutcome,
  setCondition,
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

import type { Directory } from '../compile/directory.ts';
import { compileErrors } from '../compile/errors.ts';
import { missingTenant } from '../compile/references.ts';
import { identityTenantIndex, usernameIndex } from '../indexes.ts';
import { onTenant } from '../rules/dependencies.ts';
import { describeUnresolved } from '../rules/outcome.ts';
import { usernameTopic } from '../rules/topics.ts';
import { checkIdentity, passwordState, plainPasswordAdvice } from './check-identity.ts';

export interface IdentityDependencies extends StatusDependencies {
  readonly cache: CacheReader;
  readonly directory: Directory;
}

const action = 'CheckIdentity';

/** Says in the status of a user whether it can be used, and warns of a password that lies open. Nothing else hangs on it. */
export class LocalIdentityReconciler implements Reconciler {
  readonly #deps: IdentityDependencies;

  constructor(dependencies: IdentityDependencies) {
    this.#deps = dependencies;
  }

  async reconcile(request: Request, { signal }: ReconcileContext): Promise<Result | undefined> {
    const object = this.#deps.cache.get(localIdentity, request);
    if (object?.metadata.deletionTimestamp !== undefined || object === undefined) {
      return undefined;
    }
    const fields = {
      ...object.status,
      conditions: this.#passwordCondition(object),
      ...this.#lastUpdate(object),
    };
    await saveOutcome(this.#deps, {
      kind: localIdentity,
      object,
      fields,
      outcome: this.#outcome(object),
      action,
      signal,
    });
    return undefined;
  }

  #outcome(object: DeepReadonly<LocalIdentity>): Outcome {
    const { tenantID = '', username } = object.spec;
    const [defect] = checkIdentity(object, this.#deps.directory);
    if (defect !== undefined) {
      const { code, field, value, rule, remedy } = defect;
      const error = compileErrors[code](`${field}: ${JSON.stringify(value)} ${rule}`, { remedy });
      return { kind: 'stalled', error };
    }
    const missing = missingTenant(tenantID, this.#deps.directory);
    return missing === undefined
      ? { kind: 'ready', message: `user ${username}` }
      : { kind: 'stalled', error: compileErrors.TenantNotFound(describeUnresolved(missing)) };
  }

  #passwordCondition(object: DeepReadonly<LocalIdentity>) {
    const reason = passwordState(object);
    const plain = reason === 'NotHashed';
    const state = {
      type: 'PlaintextPassword',
      status: plain ? 'True' : 'False',
      reason,
      message: plain ? plainPasswordAdvice : '',
    } as const;
    const { generation } = object.metadata;
    return setCondition(object.status?.conditions, state, { generation, clock: this.#deps.clock });
  }

  #lastUpdate({ metadata, status }: DeepReadonly<LocalIdentity>) {
    if (status?.observedGeneration === metadata.generation) {
      return {};
    }
    return { lastUpdateTime: `${new Date(this.#deps.clock.now()).toISOString().slice(0, 19)}Z` };
  }
}

export function addLocalIdentityController(host: ControllerHost, dependencies: IdentityDependencies): void {
  controllerFor(host, 'localidentities')
    .for(localIdentity)
    .watches(localIdentity, toRivals(dependencies.cache), { predicates: [{ update: () => false }] })
    .watches(identityProvider, toUsers(dependencies.cache), {
      predicates: [{ update: (before, after) => onTenant.matters(before, after) }],
    })
    .withOptions({ concurrency: 4 })
    .complete(new LocalIdentityReconciler(dependencies));
}

/** The end of one identity frees its user name for another. */
function toRivals(cache: CacheReader): Mapper<LocalIdentity> {
  return ({ spec }) => {
    const value = usernameTopic(spec.tenantID, spec.username);
    return cache.list(localIdentity, { index: { name: usernameIndex, value } }).map((rival) => keyOf(rival));
  };
}

function toUsers(cache: CacheReader): Mapper<IdentityProvider> {
  return ({ metadata: { name: value = '' } }) =>
    cache.list(localIdentity, { index: { name: identityTenantIndex, value } }).map((user) => keyOf(user));
}
