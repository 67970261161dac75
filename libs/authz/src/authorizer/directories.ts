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

interface Appointment {
  readonly tenant: string;
  readonly administrators: ReadonlySet<string>;
}

/** The administrators of one tenant, by how many say so: a change costs what the one who makes it says, however many others there are. */
class Administrators implements Tenant {
  readonly administrators = new Set<string>();
  readonly #sources = new Map<string, number>();

  change(names: ReadonlySet<string>, by: 1 | -1): void {
    for (const name of names) {
      const sources = (this.#sources.get(name) ?? 0) + by;
      if (sources === 0) {
        this.#sources.delete(name);
        this.administrators.delete(name);
      } else {
        this.#sources.set(name, sources);
        this.administrators.add(name);
      }
    }
  }
}

/** The tenants and the owners of their objects, kept up to date by whoever watches them. Stores names only. */
export class TenantIndex implements TenantDirectory {
  readonly #ownership: ReadonlyMap<string, ResourceOwnership>;
  readonly #administrators = new Map<string, Administrators>();
  /** Those that the tenant itself names. A tenant is in it, and so exists, from the first to the last word of its own. */
  readonly #named = new Map<string, ReadonlySet<string>>();
  readonly #appointed = new Map<string, Appointment>();
  readonly #owners = new Map<string, Map<string, string>>();

  constructor(resources: { readonly tenant: readonly GroupResource[]; readonly platform?: readonly GroupResource[] }) {
    this.#ownership = new Map<string, ResourceOwnership>([
      ...resources.tenant.map((resource) => [kindKey(resource), 'tenant'] as const),
      ...(resources.platform ?? []).map((resource) => [kindKey(resource), 'platform'] as const),
    ]);
  }

  tenant(name: string): Tenant | undefined {
    return this.#named.has(name) ? this.#of(name) : undefined;
  }

  setTenant(name: string, administrators: Iterable<string>): void {
    this.removeTenant(name);
    const named = new Set(administrators);
    this.#named.set(name, named);
    this.#of(name).change(named, 1);
  }

  removeTenant(name: string): void {
    this.#of(name).change(this.#named.get(name) ?? new Set(), -1);
    this.#named.delete(name);
    this.#forgetEmpty(name);
  }

  /**
   * Further administrators of a tenant, in place of what the source said before. They make no tenant: until it exists they are nobody.
   * @param source who says so.
   * @param tenant empty for none.
   */
  appoint(source: string, tenant: string, administrators: Iterable<string>): void {
    this.dismiss(source);
    if (tenant !== '') {
      const appointed = new Set(administrators);
      this.#appointed.set(source, { tenant, administrators: appointed });
      this.#of(tenant).change(appointed, 1);
    }
  }

  /** Takes back all that a source said of administrators. */
  dismiss(source: string): void {
    const before = this.#appointed.get(source);
    if (before !== undefined) {
      this.#appointed.delete(source);
      this.#of(before.tenant).change(before.administrators, -1);
      this.#forgetEmpty(before.tenant);
    }
  }

  #of(tenant: string): Administrators {
    const known = this.#administrators.get(tenant) ?? new Administrators();
    this.#administrators.set(tenant, known);
    return known;
  }

  #forgetEmpty(tenant: string): void {
    if (!this.#named.has(tenant) && this.#of(tenant).administrators.size === 0) {
      this.#administrators.delete(tenant);
    }
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
  readonly #claims = new Map<string | undefined, Map<string, ReadonlySet<string>>>();

  /** What several projects claim belongs to none: whichever it is, the others must not reach it. */
  projectOf(cluster: string | undefined, namespace: string): string | undefined {
    const claims = this.#claims.get(cluster)?.get(namespace);
    const [project] = claims ?? [];
    return claims?.size === 1 ? project : undefined;
  }

  /** The one project of a namespace, in place of all that was said of it. */
  set(cluster: string | undefined, namespace: string, project: string): void {
    this.#put(cluster, namespace, new Set([project]));
  }

  remove(cluster: string | undefined, namespace: string): void {
    this.#put(cluster, namespace, new Set());
  }

  /** That a namespace belongs to a project, beside what others say of it. */
  claim(cluster: string, namespace: string, project: string): void {
    this.#put(cluster, namespace, new Set([...(this.#claims.get(cluster)?.get(namespace) ?? []), project]));
  }

  disclaim(cluster: string, namespace: string, project: string): void {
    const others = [...(this.#claims.get(cluster)?.get(namespace) ?? [])].filter((each) => each !== project);
    this.#put(cluster, namespace, new Set(others));
  }

  #put(cluster: string | undefined, namespace: string, claims: ReadonlySet<string>): void {
    const namespaces = this.#claims.get(cluster) ?? new Map<string, ReadonlySet<string>>();
    if (claims.size === 0) {
      namespaces.delete(namespace);
    } else {
      namespaces.set(namespace, claims);
    }
    if (namespaces.size === 0) {
      this.#claims.delete(cluster);
    } else {
      this.#claims.set(cluster, namespaces);
    }
  }
}
