import { kindKey, keyString, type Kind, type ObjectKey } from '@tke/meta';
import type { ProjectDirectory } from '../sar/request.ts';

export type { ProjectDirectory };

/** A resource, as reviews name it. */
export type GroupResource = Pick<Kind, 'group' | 'plural'>;

export interface Tenant {
  /** Usernames. */
  readonly administrators: ReadonlySet<string>;
}

/** `tenant`: every object belongs to one tenant. `platform`: no tenant's policies reach it. */
export type ResourceOwnership = 'tenant' | 'platform';

/** What the authorizer must know of tenants. Answers from memory. */
export interface TenantDirectory {
  tenant(name: string): Tenant | undefined;
  /** Undefined for resources that do not care for tenants. */
  ownership(resource: GroupResource): ResourceOwnership | undefined;
  /** Tenant of an object of a `tenant` resource: empty when it belongs to none, undefined when it is not known. */
  tenantOf(resource: GroupResource, key: ObjectKey): string | undefined;
}

/** The tenants and the owners of their objects, kept up to date by whoever watches them. Stores names only. */
export class TenantIndex implements TenantDirectory {
  readonly #ownership: ReadonlyMap<string, ResourceOwnership>;
  readonly #tenants = new Map<string, Tenant>();
  readonly #owners = new Map<string, Map<string, string>>();

  constructor(resources: { readonly tenant: readonly GroupResource[]; readonly platform?: readonly GroupResource[] }) {
    this.#ownership = new Map<string, ResourceOwnership>([
      ...resources.tenant.map((resource) => [kindKey(resource), 'tenant'] as const),
      ...(resources.platform ?? []).map((resource) => [kindKey(resource), 'platform'] as const),
    ]);
  }

  tenant(name: string): Tenant | undefined {
    return this.#tenants.get(name);
  }

  setTenant(name: string, administrators: Iterable<string>): void {
    this.#tenants.set(name, { administrators: new Set(administrators) });
  }

  removeTenant(name: string): void {
    this.#tenants.delete(name);
  }

  ownership(resource: GroupResource): ResourceOwnership | undefined {
    return this.#ownership.get(kindKey(resource));
  }

  tenantOf(resource: GroupResource, key: ObjectKey): string | undefined {
    return this.#owners.get(kindKey(resource))?.get(keyString(key));
  }

  /** @param tenant empty when the object belongs to none. */
  setOwner(resource: GroupResource, key: ObjectKey, tenant: string): void {
    const kind = kindKey(resource);
    const owners = this.#owners.get(kind) ?? new Map<string, string>();
    this.#owners.set(kind, owners.set(keyString(key), tenant));
  }

  removeOwner(resource: GroupResource, key: ObjectKey): void {
    this.#owners.get(kindKey(resource))?.delete(keyString(key));
  }
}

/** The projects that own namespaces. The hub is the cluster `undefined`. */
export class ProjectIndex implements ProjectDirectory {
  readonly #projects = new Map<string | undefined, Map<string, string>>();

  projectOf(cluster: string | undefined, namespace: string): string | undefined {
    return this.#projects.get(cluster)?.get(namespace);
  }

  set(cluster: string | undefined, namespace: string, project: string): void {
    const namespaces = this.#projects.get(cluster) ?? new Map<string, string>();
    this.#projects.set(cluster, namespaces.set(namespace, project));
  }

  remove(cluster: string | undefined, namespace: string): void {
    const namespaces = this.#projects.get(cluster);
    namespaces?.delete(namespace);
    if (namespaces?.size === 0) {
      this.#projects.delete(cluster);
    }
  }
}
