import type { Permission } from '@tke/runtime';

/** What the reconciler of Machines needs in the clusters whose hosts they are. */
export const machineMemberPermissions: readonly Permission[] = [
  { group: '', resources: ['nodes'], verbs: ['get', 'list', 'watch', 'patch', 'delete'] },
  { group: '', resources: ['pods'], verbs: ['list'] },
  { group: '', resources: ['pods/eviction'], verbs: ['create'] },
];
