import { identityProvider, rule, sourceAnnotation, type IdentityProvider, type Rule } from '@tke/api-auth';
import { businessNamespace, platform, projectLabel, type BusinessNamespace, type Platform } from '@tke/api-business';
import type { TenantIndex } from '@tke/authz';
import { coreKinds, keyOf, type DeepReadonly, type Kind, type KubeObject, type Namespace } from '@tke/meta';

import { tenantKinds, type AuthorizationState } from './state.ts';

/** A kind that decisions depend on, what is kept of its objects, and what they change. */
export interface Followed<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  readonly labelSelector?: string;
  /** Drops what no decision needs. */
  slim(object: T): T;
  set(state: AuthorizationState, object: DeepReadonly<T>): void;
  unset(state: AuthorizationState, object: DeepReadonly<T>): void;
}

/** Any object of a kind that belongs to a tenant. */
interface TenantObject extends KubeObject {
  spec?: { tenantID?: string };
}

export const followedRules: Followed<Rule> = {
  kind: rule,
  slim: slimRule,
  set: (state, { metadata, spec }) =>
    state.setRule(nameOf(metadata), spec, metadata.annotations?.[sourceAnnotation], versionOf(metadata)),
  unset: (state, { metadata }) => state.removeRule(nameOf(metadata), versionOf(metadata)),
};

const followedProviders: Followed<IdentityProvider> = {
  kind: identityProvider,
  slim: slimProvider,
  set: ({ tenants }, { metadata, spec }) => tenants.setTenant(nameOf(metadata), spec.administrators ?? []),
  unset: ({ tenants }, { metadata }) => tenants.removeTenant(nameOf(metadata)),
};

const followedNamespaces: Followed<Namespace> = {
  kind: coreKinds.namespace,
  labelSelector: projectLabel,
  slim: slimMetadata,
  set: ({ projects }, { metadata }) => projects.set(undefined, nameOf(metadata), metadata.labels?.[projectLabel] ?? ''),
  unset: ({ projects }, { metadata }) => projects.remove(undefined, nameOf(metadata)),
};

function followedOwners(kind: Kind<TenantObject>): Followed<TenantObject> {
  return {
    kind,
    slim: slimTenantObject,
    set: ({ tenants }, object) => setOwner(tenants, kind, object),
    unset: ({ tenants }, object) => tenants.removeOwner(kind, keyOf(object)),
  };
}

function setOwner(tenants: TenantIndex, kind: Kind, object: DeepReadonly<TenantObject>): void {
  tenants.setOwner(kind, keyOf(object), object.spec?.tenantID ?? '');
}

/**
 * Namespaces of members belong to the project in whose namespace of the hub the object lives, while the manager says that it saw
 * them marked so: what users write there claims nothing.
 */
const followedClaims: Followed<BusinessNamespace> = {
  kind: businessNamespace,
  slim: (object) => {
    const { tenantID, clusterName, namespace } = object.spec;
    const { memberUID } = object.status ?? {};
    return {
      ...slimMetadata(object),
      spec: { clusterName, namespace, ...(tenantID === undefined ? {} : { tenantID }) },
      ...(memberUID === undefined ? {} : { status: { memberUID } }),
    };
  },
  set: ({ tenants, projects }, object) => {
    const { metadata, spec, status } = object;
    setOwner(tenants, businessNamespace, object);
    if (status?.memberUID) {
      projects.claim(spec.clusterName, spec.namespace, metadata.namespace ?? '');
    } else {
      projects.disclaim(spec.clusterName, spec.namespace, metadata.namespace ?? '');
    }
  },
  unset: ({ tenants, projects }, object) => {
    tenants.removeOwner(businessNamespace, keyOf(object));
    projects.disclaim(object.spec.clusterName, object.spec.namespace, object.metadata.namespace ?? '');
  },
};

const followedPlatforms: Followed<Platform> = {
  kind: platform,
  slim: (object) => ({ ...slimMetadata(object), spec: object.spec }),
  set: ({ tenants }, object) => {
    const { tenantID = '', administrators } = object.spec;
    setOwner(tenants, platform, object);
    tenants.appoint(nameOf(object.metadata), tenantID, administrators ?? []);
  },
  unset: ({ tenants }, object) => {
    tenants.removeOwner(platform, keyOf(object));
    tenants.dismiss(nameOf(object.metadata));
  },
};

export const followed = [
  followedRules,
  followedProviders,
  followedNamespaces,
  followedClaims,
  followedPlatforms,
  ...tenantKinds
    .filter((kind) => kind !== businessNamespace && kind !== platform)
    .map((kind) => followedOwners(kind as Kind<TenantObject>)),
] as readonly Followed[];

/** The kinds that decisions depend on, and thus all that whoever decides has to read. */
export const followedKinds: readonly Kind[] = followed.map(({ kind }) => kind);

function nameOf({ name }: { readonly name?: string }): string {
  return name ?? '';
}

function versionOf({ resourceVersion }: { readonly resourceVersion?: string }): string {
  return resourceVersion ?? '';
}

function slimMetadata<T extends KubeObject>({ apiVersion, kind, metadata }: T): T {
  const { name, namespace, uid, creationTimestamp, resourceVersion, labels } = metadata;
  const kept = { name, namespace, uid, creationTimestamp, resourceVersion, labels };
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
  // The configuration may hold passwords: it has no business in the memory of who decides.
  return {
    ...slimMetadata(object),
    spec: { name, type, ...(administrators === undefined ? {} : { administrators }) },
  };
}

function slimTenantObject(object: TenantObject): TenantObject {
  const tenantID = object.spec?.tenantID;
  return { ...slimMetadata(object), spec: tenantID === undefined ? {} : { tenantID } };
}
