import { businessNamespace, nsEmigration, project } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import type { Permission } from '@tke/runtime';

const { group } = businessNamespace;
const follow = ['get', 'list', 'watch'] as const;

/** What the controller of Namespaces does on the hub. */
export const namespacePermissions: readonly Permission[] = [
  { group, resources: [businessNamespace.plural], verbs: [...follow, 'patch'] },
  { group, resources: [`${businessNamespace.plural}/status`], verbs: ['patch'] },
  { group, resources: [project.plural, nsEmigration.plural], verbs: follow },
  { group: cluster.group, resources: [cluster.plural], verbs: follow },
];
