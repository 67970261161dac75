import { businessNamespace, nsEmigration, project } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import type { Permission } from '@tke/runtime';

const read = ['get', 'list', 'watch'] as const;
const { group } = nsEmigration;

/** What moving namespaces needs of the hub. In members: `get` and `patch` of namespaces. */
export const emigrationPermissions: readonly Permission[] = [
  { group, resources: [nsEmigration.plural], verbs: [...read, 'patch', 'delete'] },
  { group, resources: [`${nsEmigration.plural}/status`], verbs: ['patch'] },
  { group, resources: [businessNamespace.plural], verbs: [...read, 'create', 'patch', 'delete'] },
  { group, resources: [project.plural], verbs: read },
  { group: cluster.group, resources: [cluster.plural], verbs: read },
];
