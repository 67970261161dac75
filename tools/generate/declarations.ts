import { authKinds } from '@tke/api-auth';
import { businessKinds } from '@tke/api-business';
import { platformKinds } from '@tke/api-platform';
import { tenantKinds } from '@tke/authz-state';
import { businessAdmissions, businessErrors } from '@tke/business';
import type { KindDescriptor } from '@tke/crd';
import { kindKey } from '@tke/meta';
import { hostErrors } from '@tke/host';
import { memberErrors } from '@tke/member-cluster';
import { packageErrors } from '@tke/package-source';
import { planErrors } from '@tke/plan';
import { errorCatalogues, platformAdmissions } from '@tke/platform';
import { policyAdmissions } from '@tke/policy';

import { authzWebhookPermissions } from '../../apps/authz-webhook/src/permissions.ts';
import { managerPermissions } from '../../apps/manager/src/permissions.ts';
import { optionErrors } from '../../apps/manager/src/platform-options.ts';
import type { AdmissionDeclaration } from './admission.ts';
import type { ErrorCatalogue } from './errors.ts';
import type { ServiceAccountPermissions } from './rbac.ts';
import type { WebhookDeclaration } from './webhook.ts';

const namespace = 'tke-system';

/** Every kind that gets a CRD. */
export const kinds: readonly KindDescriptor[] = [...authKinds, ...platformKinds, ...businessKinds];

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
  ...platformAdmissions(cache, { namespace, callerTenant: unread }),
  ...businessAdmissions(cache, { tellTenant: unread, grantProblems: unread, mayReach: unread }),
];

function kindsOf(admissions: typeof served): readonly KindDescriptor[] {
  const names = new Set(admissions.map(({ kind }) => kindKey(kind)));
  return kinds.filter((kind) => names.has(kindKey(kind)));
}

export const webhooks: WebhookDeclaration = {
  mutated: kindsOf(served.filter((each) => each.default !== undefined)),
  validated: kindsOf(served.filter((each) => each.validate !== undefined)),
  service: { namespace, name: 'tke-manager-webhook' },
  configuration: 'tke-manager',
  manager: `system:serviceaccount:${namespace}:tke-manager`,
};

/** What can go wrong, for the page of error codes. */
export const errorCodes: ReadonlyMap<string, readonly ErrorCatalogue[]> = new Map<string, readonly ErrorCatalogue[]>([
  ['Clusters that are built here', [...errorCatalogues.clusters, planErrors, optionErrors]],
  ['Imported clusters', [...errorCatalogues.imported, memberErrors]],
  ['Machines', errorCatalogues.machines],
  ['What is done on hosts', errorCatalogues.hosts],
  ['SSH', [hostErrors]],
  ['Packages', [packageErrors]],
  ['Projects and quota', businessErrors.projects],
  ['Namespaces of projects', businessErrors.namespaces],
]);

export const admission: AdmissionDeclaration = {
  tenantKinds,
  platformKinds: kinds.filter((kind) => !tenantKinds.includes(kind)),
  observedKinds: [...platformKinds, ...businessKinds],
};
