import {
  authKinds,
  identityProvider,
  rule,
  sourceAnnotation,
  tenantKinds,
  type IdentityProvider,
  type Rule,
} from '@tke/api-auth';
import { ProjectIndex, RuleIndex, TenantIndex, type RuleSpec } from '@tke/authz';
import type { Logger } from '@tke/log';
import { coreKinds, keyOf, type DeepReadonly, type Kind, type KubeObject, type Namespace } from '@tke/meta';
import type { Cache, EventHandler, HandlerRegistration } from '@tke/runtime';

/** Any object of a kind that belongs to a tenant. */
interface TenantObject extends KubeObject {
  spec?: { tenantID?: string };
}

const platformKinds = authKinds.filter((kind) => !tenantKinds.includes(kind));

/** Names the project that a namespace of the hub belongs to; docs/concepts.md says who may set it. */
const projectLabel = 'business.tkestack.io/project';

/**
 * What decisions are made from, kept up to date by watches of `followedKinds`. Only what is needed of each object is
 * kept.
 */
export class AuthorizationState {
  readonly rules = new RuleIndex();
  readonly tenants = new TenantIndex({ tenant: tenantKinds, platform: platformKinds });
  readonly projects = new ProjectIndex();
  readonly #log: Logger;
  readonly #reportedRules = new Set<string>();
  readonly #registrations: readonly HandlerRegistration[];

  constructor(cache: Cache, logger: Logger) {
    this.#log = logger.withName('rules');
    this.#registrations = [
      this.#follow(cache, rule, slimRule, this.#rules()),
      this.#follow(cache, identityProvider, slimProvider, this.#providers()),
      this.#follow(cache, coreKinds.namespace, slimMetadata, this.#namespaces(), projectLabel),
      ...tenantKinds.map((kind) =>
        this.#follow(cache, kind as Kind<TenantObject>, slimTenantObject, this.#owners(kind as Kind<TenantObject>)),
      ),
    ];
  }

  /** Whether everything was read once. */
  get synced(): boolean {
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
      set: ({ metadata, spec }: DeepReadonly<Rule>) => this.#setRule(nameOf(metadata), spec, sourceOf(metadata)),
      unset: ({ metadata }: DeepReadonly<Rule>) => {
        this.rules.remove(nameOf(metadata));
        this.#reportedRules.delete(nameOf(metadata));
      },
    };
  }

  #setRule(name: string, spec: RuleSpec, source: string | undefined): void {
    const defects = this.rules.upsert(name, spec, source);
    if (defects.length === 0) {
      this.#reportedRules.delete(name);
    } else if (!this.#reportedRules.has(name)) {
      this.#reportedRules.add(name);
      this.#log.warn('Rule takes part in no decision', { rule: name, source, defects });
    }
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
  };
}

function slimTenantObject(object: TenantObject): TenantObject {
  const tenantID = object.spec?.tenantID;
  return { ...slimMetadata(object), spec: tenantID === undefined ? {} : { tenantID } };
}
