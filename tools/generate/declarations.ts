import { authKinds } from '@tke/api-auth';
import type { KindDescriptor } from '@tke/crd';

import { authzWebhookPermissions } from '../../apps/authz-webhook/src/permissions.ts';
import { managerPermissions } from '../../apps/manager/src/permissions.ts';
import type { ServiceAccountPermissions } from './rbac.ts';
import type { WebhookDeclaration } from './webhook.ts';

const namespace = 'tke-system';

/** Every kind that gets a CRD. */
export const kinds: readonly KindDescriptor[] = authKinds;

export const permissions: readonly ServiceAccountPermissions[] = [
  { namespace, serviceAccount: 'tke-manager', permissions: managerPermissions(namespace) },
  { namespace, serviceAccount: 'tke-authz-webhook', permissions: authzWebhookPermissions },
];

export const webhooks: WebhookDeclaration = {
  mutated: kinds.filter(({ schema }) => schema.properties?.spec?.properties?.tenantID !== undefined),
  validated: kinds,
  service: { namespace, name: 'tke-manager-webhook' },
  configuration: 'tke-manager',
  manager: `system:serviceaccount:${namespace}:tke-manager`,
};
