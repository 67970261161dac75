import type { Permission } from '@tke/runtime';

import { credentialPermissions } from './credential/permissions.ts';
import { emigrationPermissions } from './emigration/permissions.ts';
import { namespacePermissions } from './namespace/permissions.ts';
import { projectPermissions } from './project/permissions.ts';

/** What this package needs of the hub. */
export const businessPermissions: readonly Permission[] = [
  ...projectPermissions,
  ...namespacePermissions,
  ...emigrationPermissions,
  ...credentialPermissions,
];
