import { authKinds } from '@tke/api-auth';
import type { Permission } from '@tke/runtime';

/** What the authz-webhook reads; it writes nothing. */
export const authzWebhookPermissions: readonly Permission[] = [
  { group: 'auth.tkestack.io', resources: authKinds.map(({ plural }) => plural), verbs: ['get', 'list', 'watch'] },
  { group: '', resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
];
