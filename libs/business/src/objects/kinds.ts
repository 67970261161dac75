import { projectPolicyBinding, type ProjectPolicyBinding } from '@tke/api-auth';
import {
  businessNamespace,
  nsEmigration,
  project,
  type BusinessNamespace,
  type NsEmigration,
  type Project,
} from '@tke/api-business';
import { cluster, type Cluster } from '@tke/api-platform';
import type { DeepReadonly, Kind } from '@tke/meta';

export const projectKind: Kind<Project> = project;
export const namespaceKind: Kind<BusinessNamespace> = businessNamespace;
export const emigrationKind: Kind<NsEmigration> = nsEmigration;
export const bindingKind: Kind<ProjectPolicyBinding> = projectPolicyBinding;
export const clusterKind: Kind<Cluster> = cluster;

/** As caches have it. */
export type ProjectObject = DeepReadonly<Project>;
