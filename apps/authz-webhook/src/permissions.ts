import { followedKinds } from '@tke/authz-state';
import type { Permission } from '@tke/runtime';

/** What the authz-webhook reads; it writes nothing. */
export const authzWebhookPermissions: readonly Permission[] = followedKinds.map(({ group, plural }) => ({
  group,
  resources: [plural],
  verbs: ['list', 'watch'],
}));
