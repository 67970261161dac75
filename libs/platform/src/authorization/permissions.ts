import { cluster } from '@tke/api-platform';
import type { Permission } from '@tke/runtime';

/** What the manager needs on the hub to give members their authorization files. */
export function authorizationPermissions(namespace: string): readonly Permission[] {
  return [
    { group: cluster.group, resources: [cluster.plural], verbs: ['get', 'list', 'watch'] },
    { group: '', resources: ['secrets'], verbs: ['get', 'create', 'update'], namespace },
  ];
}
