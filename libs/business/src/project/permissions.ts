import { identityProvider } from '@tke/api-auth';
import { project } from '@tke/api-business';
import { cluster } from '@tke/api-platform';
import type { Permission } from '@tke/runtime';

import { memberPermissions } from '../members/permissions.ts';
import { contentKinds } from './contents.ts';

const { group } = project;

/** What the reconciler of Projects needs of the hub; nothing of members. */
export const projectPermissions: readonly Permission[] = [
  { group, resources: [project.plural], verbs: ['get', 'list', 'watch', 'patch', 'delete'] },
  { group, resources: [`${project.plural}/status`], verbs: ['patch'] },
  { group, resources: contentKinds.map(({ plural }) => plural), verbs: ['get', 'list', 'watch', 'delete'] },
  { group: '', resources: ['namespaces'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  ...[cluster, identityProvider].map(({ group: of, plural }): Permission => ({
    group: of,
    resources: [plural],
    verbs: ['get', 'list', 'watch'],
  })),
  ...memberPermissions,
];
