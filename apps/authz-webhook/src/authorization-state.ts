import { authKinds, identityProvider, rule, type IdentityProvider, type Rule } from '@tke/api-auth';
import { ProjectIndex, RuleIndex, TenantIndex } from '@tke/authz';
import { coreKinds, keyOf, type DeepReadonly, type Kind, type KubeObject, type Namespace } from '@tke/meta';
import type { Cache, EventHandler, HandlerRegistration } from '@tke/runtime';

/** Any object of a kind that belongs to a tenant. */
interface TenantObject extends KubeObject {
  spec?: { tenantID?: string };
}

const ownedByTenants = authKinds.filter(({ selectableFields }) => selectableFields.includes('.spec.tenantID'));
const ofThePlatform = authKinds.filter((kind) => !ownedByTenants.includes(kind));

/** Names the project that a namespace of the hub belongs to; docs/concepts.md says who may set it. */
export const projectLabel = 'business.tkestack.io/project';

/** What decisions are made from, kept up to date by watches. Only what is needed of each object is kept. */
export class Knowledge {
  readonly rules = new RuleIndex();
  readonly tenants = new TenantIndex({ tenant: ownedByTenants, platform: ofThePlatform });
  readonly projects = new ProjectIndex();
  readonly #registrations: readonly HandlerRegistration[];

  constructor(cache: Cache) {
    this.#registrations = [
      this.#follow(cache, rule, slimRule, this.#rules()),
      this.#follow(cache, identityProvider, slimProvider, this.#providers()),
      this.#follow(cache, coreKinds.namespace, slimMetadata, this.#namespaces(), projectLabel),
      ...ownedByTenants.map((kind) =>
        this.#follow(cache, kind as Kind<TenantObject>, slimTenantObject, this.#owners(kind as Kind<TenantObject>)),
      ),
    ];
  }

  /** Whether everything was read once. */
  get complete(): boolean {
    return this.#registrations.every(({ synced }) => synced);
  }

  #follow<T extends KubeObject>(
    cache: Cache,
    kind: Kind<T>,
    transform: (object: T) => T,
    handler: { set(object: DeepReadonly<T>): void; unset(object: DeepReadonly<T>): void },
    labelSelector?: string,
  ): HandlerRegistration {
    const events: EventHandler<T> = {
      onAdd: (object) => handler.set(object),
      onUpdate: (_before, after) => handler.set(after),
      onDelete: (object) => handler.unset(object),
    };
    return cache
      .informer(kind, { transform, ...(labelSelector === undefined ? {} : { labelSelector }) })
      .addHandler(events);
  }

  #rules() {
    return {
      set: ({ metadata, spec }: DeepReadonly<Rule>) => this.rules.upsert(nameOf(metadata), spec, sourceOf(metadata)),
      unset: ({ metadata }: DeepReadonly<Rule>) => this.rules.remove(nameOf(metadata)),
    };
  }

  #providers() {
    return {
      set: ({ metadata, spec }: DeepReadonly<IdentityProvider>) =>
        this.tenants.setTenant(nameOf(metadata), spec.administrators ?? []),
      unset: ({ metadata }: DeepReadonly<IdentityProvider>) => this.tenants.removeTenant(nameOf(metadata)),
    };
  }

  #namespaces() {
    return {
      set: ({ metadata }: DeepReadonly<Namespace>) =>
        this.projects.set(undefined, nameOf(metadata), metadata.labels?.[projectLabel] ?? ''),
      unset: ({ metadata }: DeepReadonly<Namespace>) => this.projects.remove(undefined, nameOf(metadata)),
    };
  }

  #owners(kind: Kind<TenantObject>) {
    return {
      set: (object: DeepReadonly<TenantObject>) =>
        this.tenants.setOwner(kind, keyOf(object), object.spec?.tenantID ?? ''),
      unset: (object: DeepReadonly<TenantObject>) => this.tenants.removeOwner(kind, keyOf(object)),
    };
  }
}

function nameOf({ name }: { readonly name?: string }): string {
  return name ?? '';
}

const sourceAnnotation = 'auth.tkestack.io/source';

function sourceOf({ annotations }: DeepReadonly<Rule['metadata']>): string | undefined {
  return annotations?.[sourceAnnotation];
}

function slimMetadata<T extends KubeObject>({ apiVersion, kind, metadata }: T): T {
  const { name, namespace, uid, resourceVersion, labels } = metadata;
  const kept = { name, namespace, uid, resourceVersion, labels };
  return { apiVersion, kind, metadata: kept } as T;
}

function slimRule(object: Rule): Rule {
  const { name, uid, resourceVersion, annotations } = object.metadata;
  const source = annotations?.[sourceAnnotation];
  const metadata = {
    name,
    uid,
    resourceVersion,
    ...(source === undefined ? {} : { annotations: { [sourceAnnotation]: source } }),
  };
  return { apiVersion: object.apiVersion, kind: object.kind, metadata, spec: object.spec } as Rule;
}

function slimProvider(object: IdentityProvider): IdentityProvider {
  const { name, type, administrators } = object.spec;
  // The configuration may hold passwords: it has no business in this process's memory.
  return {
    ...slimMetadata(object),
    spec: { name, type, ...(administrators === undefined ? {} : { administrators }) },
  } as IdentityProvider;
}

function slimTenantObject(object: TenantObject): TenantObject {
  const tenantID = object.spec?.tenantID;
  return { ...slimMetadata(object), spec: tenantID === undefined ? {} : { tenantID } };
}
