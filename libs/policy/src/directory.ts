import {
  customPolicyBinding,
  identityProvider,
  localGroup,
  localIdentity,
  policy,
  policyBinding,
  role,
  roleBinding,
  type PolicyBinding,
  type RoleBinding,
} from '@tke/api-auth';
import { platform, project } from '@tke/api-business';
import type { TenantUser } from '@tke/authz';
import { keyOf, keyString, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import { alive, type Directory } from './compile/directory.ts';
import { platformTenantIndex, topicIndex, usernameIndex } from './indexes.ts';
import type { Topic } from './rules/rule-source.ts';
import { usernameTopic } from './rules/topics.ts';

/** Looks up in a cache that has the informers of this package. */
export class CacheDirectory implements Directory {
  readonly #cache: CacheReader;

  constructor(cache: CacheReader) {
    this.#cache = cache;
  }

  tenant(name: string) {
    return this.#cache.get(identityProvider, { name });
  }

  /** Whether the tenant, or a Platform of it, names the user as an administrator. Nobody is while there is no such tenant. */
  administers({ tenant, user }: Pick<TenantUser, 'tenant' | 'user'>): boolean {
    const provider = this.tenant(tenant);
    const platforms = this.#cache.list(platform, { index: { name: platformTenantIndex, value: tenant } });
    return provider !== undefined && [provider, ...platforms].some(({ spec }) => spec.administrators?.includes(user));
  }

  identity(name: string) {
    return this.#cache.get(localIdentity, { name });
  }

  identityOf(tenant: string, username: string) {
    const value = usernameTopic(tenant, username);
    const holders = this.#cache.list(localIdentity, { index: { name: usernameIndex, value } });
    return oldest(holders.filter((holder) => alive(holder) !== undefined));
  }

  group(name: string) {
    return this.#cache.get(localGroup, { name });
  }

  policy(name: string) {
    return this.#cache.get(policy, { name });
  }

  role(name: string) {
    return this.#cache.get(role, { name });
  }

  project(name: string) {
    return this.#cache.get(project, { name });
  }

  customBindingOf(rowKey: string, tenant?: string) {
    // One that refers to another tenant's policy makes no rows, so that it cannot keep the name from its owner. One that is
    // being deleted keeps it until its rows are gone.
    const claims = this.#about(customPolicyBinding, `row-key/${rowKey}`);
    const owning = claims.filter(({ spec }) => {
      const found = this.policy(spec.policyID);
      return found !== undefined && (found.spec.tenantID ?? '') === (spec.tenantID ?? '');
    });
    // One whose policy is still to come must be known now: its policy would hand the name to it, and end what others deny.
    const awaiting = claims.filter(({ spec }) => spec.tenantID === tenant && this.policy(spec.policyID) === undefined);
    return oldest(owning) ?? oldest(awaiting);
  }

  customBindingsOfPolicy(name: string, tenant: string) {
    return this.#about(customPolicyBinding, `policy/${name}`).filter(
      (each) => alive(each) !== undefined && (each.spec.tenantID ?? '') === tenant,
    );
  }

  bindingsOfPolicy(name: string): readonly DeepReadonly<PolicyBinding>[] {
    return this.#about(policyBinding, `policy/${name}`);
  }

  bindingsOfRole(name: string): readonly DeepReadonly<RoleBinding>[] {
    return this.#about(roleBinding, `role/${name}`);
  }

  #about<T extends KubeObject>(kind: Kind<T>, value: Topic): readonly DeepReadonly<T>[] {
    return this.#cache.list(kind, { index: { name: topicIndex, value } });
  }
}

interface Named {
  readonly metadata: DeepReadonly<KubeObject>['metadata'];
}

/** The oldest, the first by name among those of one second. */
function oldest<T extends Named>(objects: readonly T[]): T | undefined {
  return objects.toSorted((a, b) => ageKey(a).localeCompare(ageKey(b), 'en'))[0];
}

function ageKey({ metadata }: Named): string {
  return `${metadata.creationTimestamp ?? ''} ${keyString(keyOf({ metadata }))}`;
}
