import type { KindDescriptor } from '@tke/crd';

import { yamlFile, type GeneratedFile } from './files.ts';
import { claimedTenants, codedTenants, isNotSystem } from './tenant-caller.ts';

const path = 'config/admission/tenant-of-caller.yaml';
const apiVersion = 'admissionregistration.k8s.io/v1';

const why = [
  'Users of a tenant write objects of their tenant only, and none of those that belong to the platform. Authorization cannot see the',
  'tenant of an object that is created, and our webhook fails open; this holds while the manager is down. The tenant of a caller is found',
  'as decisions find it: in the extra of the user, else in the groups. system: users belong to no tenant.',
];

export interface AdmissionDeclaration {
  /** Kinds with `spec.tenantID`. */
  readonly tenantKinds: readonly KindDescriptor[];
  /** Kinds that no user of a tenant writes. */
  readonly platformKinds: readonly KindDescriptor[];
}

interface Validation {
  readonly expression: string;
  readonly messageExpression?: string;
  readonly message?: string;
  readonly reason: 'Forbidden';
}

/** ValidatingAdmissionPolicies (KEP-3488) that tie what is written to the tenant of whoever writes it. */
export function admissionFiles({ tenantKinds, platformKinds }: AdmissionDeclaration): readonly GeneratedFile[] {
  const documents = [
    ...policyAndBinding('tke-tenant-of-caller', tenantKinds, ownTenant),
    ...policyAndBinding('tke-platform-kinds', platformKinds, noTenant),
  ];
  return [yamlFile(path, documents, why)];
}

const variables = [
  { name: 'claimed', expression: claimedTenants },
  { name: 'coded', expression: codedTenants },
  { name: 'tenants', expression: 'variables.claimed.size() > 0 ? variables.claimed : variables.coded' },
  { name: 'tenant', expression: "variables.tenants.size() > 0 ? variables.tenants[0] : ''" },
];

const ownTenant: readonly Validation[] = [
  {
    expression: 'variables.tenants.all(tenant, tenant == variables.tenant)',
    message: 'the credentials name several tenants: use credentials of one tenant',
    reason: 'Forbidden',
  },
  // The old one as well: an object must not be taken over from another tenant by giving it one's own.
  ...['oldObject', 'object'].map((object): Validation => {
    const tenantID = `${object}.?spec.?tenantID.orValue('')`;
    return {
      expression: `variables.tenant == '' || ${object} == null || ${tenantID} == variables.tenant`,
      messageExpression: `"spec.tenantID: is '" + ${tenantID} + "' and must be '" + variables.tenant + "', the tenant of the caller: set spec.tenantID, or use credentials of the other tenant"`,
      reason: 'Forbidden',
    };
  }),
  // The certificate of a cluster is issued to its name.
  {
    expression: `variables.tenant == '' || object == null || request.resource.resource != 'clusters' || object.?metadata.?name.orValue('') != 'global'`,
    message: 'metadata.name: global is the name of the hub itself: choose another one that begins with cls-',
    reason: 'Forbidden',
  },
];

const noTenant: readonly Validation[] = [
  {
    expression: "variables.tenant == ''",
    messageExpression: `"users of tenant '" + variables.tenant + "' must not write " + request.resource.resource + ', which belong to the platform: ask an administrator of the platform'`,
    reason: 'Forbidden',
  },
];

function policyAndBinding(
  name: string,
  kinds: readonly KindDescriptor[],
  validations: readonly Validation[],
): readonly object[] {
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules: [...Map.groupBy(kinds, ({ group }) => group)].map(resourceRule) },
    matchConditions: [{ name: 'not-system', expression: isNotSystem }],
    variables,
    validations,
  };
  return [
    { apiVersion, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}

function resourceRule([group, kinds]: readonly [string, readonly KindDescriptor[]]): object {
  return {
    apiGroups: [group],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    // Status as well: it says who holds what.
    resources: kinds.flatMap(({ plural }) => [plural, `${plural}/status`]),
  };
}
