import {
  identityProvider,
  projectPolicyBinding,
  type IdentityProvider,
  type ProjectPolicyBinding,
} from '@tke/api-auth';
import {
  businessNamespace,
  namespaceCredential,
  nsEmigration,
  project,
  type BusinessNamespace,
  type NamespaceCredential,
  type NsEmigration,
  type Project,
} from '@tke/api-business';
import { cluster, type Cluster } from '@tke/api-platform';
import type { DeepReadonly, Kind } from '@tke/meta';

export const projectKind: Kind<Project> = project;
export const namespaceKind: Kind<BusinessNamespace> = businessNamespace;
export const emigrationKind: Kind<NsEmigration> = nsEmigration;
export const credentialKind: Kind<NamespaceCredential> = namespaceCredential;
export const bindingKind: Kind<ProjectPolicyBinding> = projectPolicyBinding;
export const clusterKind: Kind<Cluster> = cluster;
/** Its name is that of the tenant. */
export const tenantKind: Kind<IdentityProvider> = identityProvider;

/** As caches have it. */
export type ProjectObject = DeepReadonly<Project>;
export type NamespaceObject = DeepReadonly<BusinessNamespace>;
export type EmigrationObject = DeepReadonly<NsEmigration>;
export type CredentialObject = DeepReadonly<NamespaceCredential>;
