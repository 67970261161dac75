import { projectOwnerPolicy, type ProjectPolicyBinding } from '@tke/api-auth';
import { apiVersionOf } from '@tke/meta';
import { ownerReference } from '@tke/runtime';

import { bindingKind, projectKind, type ProjectObject } from '../objects/kinds.ts';

/** The binding that makes the members of a project its owners: its name is the one CEL demands, so that there is one only. */
export function memberBindingName(project: ProjectObject): string {
  return `${project.metadata.name ?? ''}-${projectOwnerPolicy(project.spec.tenantID ?? '')}`;
}

/** By name, as TKEStack binds them: members are written as user names, and may come to exist later. */
export function memberBinding(project: ProjectObject): ProjectPolicyBinding {
  const { tenantID = '', members } = project.spec;
  return {
    apiVersion: apiVersionOf(bindingKind),
    kind: bindingKind.kind,
    metadata: {
      name: memberBindingName(project),
      // Not blocking: that would need permission for the finalizers of Projects, and their reconciler waits by itself.
      ownerReferences: [ownerReference(project, projectKind, {}, { blockOwnerDeletion: false })],
    },
    spec: {
      tenantID,
      projectID: project.metadata.name ?? '',
      policyID: projectOwnerPolicy(tenantID),
      users: [...new Set(members ?? [])].map((name) => ({ name })),
    },
  };
}
