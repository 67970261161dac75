import { category, identityProvider, localIdentity, policy, rule } from '@tke/api-auth';
import { platform, project } from '@tke/api-business';
import type { Permission } from '@tke/runtime';

import { grantingKinds } from './escalation/granting-kinds.ts';

const { group } = rule;
const sources = grantingKinds.map(({ plural }) => plural);
const read = [...sources, ...[localIdentity, identityProvider, category, rule].map(({ plural }) => plural)];

/** What the reconcilers of this package need, and no more. */
export const managerPermissions: readonly Permission[] = [
  { group, resources: read, verbs: ['get', 'list', 'watch'] },
  { group, resources: read.map((plural) => `${plural}/status`), verbs: ['patch'] },
  // Finalizers; the owner references of Rules do not block, so that */finalizers is not needed.
  { group, resources: [...sources, identityProvider.plural], verbs: ['patch'] },
  { group, resources: [rule.plural], verbs: ['create', 'patch', 'delete', 'deletecollection'] },
  { group, resources: [policy.plural], verbs: ['create', 'deletecollection'] },
  { group, resources: [category.plural], verbs: ['create', 'patch'] },
  { group: platform.group, resources: [platform.plural, project.plural], verbs: ['get', 'list', 'watch'] },
];
