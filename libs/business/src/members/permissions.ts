import { projectPolicyBinding } from '@tke/api-auth';
import type { Permission } from '@tke/runtime';

/** What keeping the members of projects needs of the hub. */
export const memberPermissions: readonly Permission[] = [
  {
    group: projectPolicyBinding.group,
    resources: [projectPolicyBinding.plural],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  },
];
