import { authKinds } from '@tke/api-auth';
import { businessKinds, businessReviews } from '@tke/api-business';
import { platformKinds } from '@tke/api-platform';
import { tenantKinds } from '@tke/authz-state';
import { businessAdmissions } from '@tke/business';
import type { KindDescriptor } from '@tke/crd';
import { kindKey } from '@tke/meta';
import { platformAdmissions } from '@tke/platform';
import { policyAdmissions } from '@tke/policy';

import { authzWebhookPermissions } from '../../apps/authz-webhook/src/permissions.ts';
import { managerPermissions } from '../../apps/manager/src/permissions.ts';
import type { AdmissionDeclaration } from './admission.ts';
import type { ServiceAccountPermissions } from './rbac.ts';
import type { WebhookDeclaration } from './webhook.ts';

const namespace = 'tke-system';

/** What is stored. */
const storedKinds: readonly KindDescriptor[] = [...authKinds, ...platformKinds, ...businessKinds];

/** Every kind that gets a CRD. */
export const kinds: readonly KindDescriptor[] = [...storedKinds, ...businessReviews];

/** Questions that everybody may ask, about himself. */
export const reviews = businessReviews;

export const permissions: readonly ServiceAccountPermissions[] = [
  { namespace, serviceAccount: 'tke-manager', permissions: managerPermissions(namespace) },
  { namespace, serviceAccount: 'tke-authz-webhook', permissions: authzWebhookPermissions },
];

/** Asked for what it serves, not to serve. */
const unread = () => {
  throw new Error('admission must not read the cache before it is asked');
};
const cache = { get: unread, list: unread };
const served = [
  ...policyAdmissions(cache),
  ...platformAdmissions(cache, {
    namespace,
    ...{ callerTenant: unread, administersTenant: unread, clusterEndWarnings: unread },
  }),
  ...businessAdmissions(cache, {
    ...{ callerTenant: unread, administersTenant: unread, unknownUser: unread },
    ...{ grantProblems: unread, mayReach: unread, tellStanding: unread },
  }),
];

function kindsOf(admissions: typeof served): readonly KindDescriptor[] {
  const names = new Set(admissions.map(({ kind }) => kindKey(kind)));
  return kinds.filter((kind) => names.has(kindKey(kind)));
}

export const webhooks: WebhookDeclaration = {
  mutated: kindsOf(served.filter((each) => each.default !== undefined)),
  reviews,
  validated: kindsOf(served.filter((each) => each.validate !== undefined)),
  service: { namespace, name: 'tke-manager-webhook' },
  configuration: 'tke-manager',
  manager: `system:serviceaccount:${namespace}:tke-manager`,
};

export const admission: AdmissionDeclaration = {
  tenantKinds,
  platformKinds: storedKinds.filter((kind) => !tenantKinds.includes(kind)),
  observedKinds: storedKinds,
  reviews,
};
