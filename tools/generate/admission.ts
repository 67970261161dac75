import type { KindDescriptor } from '@tke/crd';

import { yamlFile, type GeneratedFile } from './files.ts';
import { claimedTenants, codedTenants, isNotSystem } from './tenant-caller.ts';

const path = 'config/admission/tenant-of-caller.yaml';
const apiVersion = 'admissionregistration.k8s.io/v1';

const why = [
  'Users of a tenant write objects of their tenant only, and none of those that belong to the platform. Authorization cannot see the',
  'tenant of an object that is created, and our webhook fails open; this holds while the manager is down. The tenant of a caller is found',
  'as decisions find it: in the extra of the user, else in the groups. system: users belong to no tenant.',
  'What the manager keeps is its own to write: the ledgers of projects and what is known about members are in status, and an object',
  'whose finalizer somebody takes off would give back a quota that is still in force in a member. Questions are answered, and not stored.',
];

export interface AdmissionDeclaration {
  /** Kinds with `spec.tenantID`. */
  readonly tenantKinds: readonly KindDescriptor[];
  /** Kinds that no user of a tenant writes. */
  readonly platformKinds: readonly KindDescriptor[];
  /** Kinds whose status no user of a tenant writes. */
  readonly observedKinds: readonly KindDescriptor[];
  /** Kinds that are answered and not stored. */
  readonly reviews: readonly KindDescriptor[];
}

interface Validation {
  readonly expression: string;
  readonly messageExpression?: string;
  readonly message?: string;
  readonly reason: 'Forbidden';
}

/** ValidatingAdmissionPolicies (KEP-3488) that tie what is written to the tenant of whoever writes it. */
export function admissionFiles(declaration: AdmissionDeclaration): readonly GeneratedFile[] {
  const { tenantKinds, platformKinds, observedKinds, reviews } = declaration;
  const documents = [
    ...policyAndBinding('tke-tenant-of-caller', rulesFor(tenantKinds, everything), ownTenant),
    ...policyAndBinding('tke-platform-kinds', rulesFor(platformKinds, everything), noTenant),
    ...policyAndBinding('tke-status-of-manager', rulesFor(observedKinds, onlyStatus), noStatus),
    ...policyAndBinding('tke-finalizers-of-manager', rulesFor(tenantKinds, onlyUpdates), noFinalizers),
    ...policyAndBinding('tke-reviews', rulesFor(reviews, onlyCreations), notStored, {}),
  ];
  return [yamlFile(path, documents, why)];
}

/** Users of tenants, as expressions know them. */
const ofTenants = {
  matchConditions: [{ name: 'not-system', expression: isNotSystem }],
  variables: [
    { name: 'claimed', expression: claimedTenants },
    { name: 'coded', expression: codedTenants },
    { name: 'tenants', expression: 'variables.claimed.size() > 0 ? variables.claimed : variables.coded' },
    { name: 'tenant', expression: "variables.tenants.size() > 0 ? variables.tenants[0] : ''" },
  ],
};

/** Whether an annotation of moves on one side is the same on the other. */
function markedIn(side: 'object' | 'oldObject'): string {
  const annotations = (of: string) => `${of}.?metadata.?annotations.orValue({})`;
  const other = side === 'object' ? 'oldObject' : 'object';
  const same = `${other} != null && ${annotations(other)}[?key] == ${annotations(side)}[?key]`;
  return `${annotations(side)}.all(key, !key.startsWith('business.tkestack.io/emigration-') || (${same}))`;
}

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
  // A credential says who its holder is.
  {
    expression: `variables.tenant == '' || request.operation != 'CREATE' || request.resource.resource != 'namespacecredentials' || object.?spec.?username.orValue('') == request.userInfo.username`,
    messageExpression: `"spec.username: must be '" + request.userInfo.username + "', the name of the caller: nobody asks for the credentials of another"`,
    reason: 'Forbidden',
  },
  // Namespaces that move are known by them: their holder would let go of what is his.
  {
    expression: `variables.tenant == '' || object == null || (${markedIn('object')} && (oldObject == null || ${markedIn('oldObject')}))`,
    message:
      "metadata.annotations: business.tkestack.io/emigration-* are the manager's: create an NsEmigration to move a namespace",
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

const noStatus: readonly Validation[] = [
  {
    expression: "variables.tenant == ''",
    messageExpression: `"users of tenant '" + variables.tenant + "' must not write the status of " + request.resource.resource + ': the manager says there what it observed; change spec instead'`,
    reason: 'Forbidden',
  },
];

const ours = String.raw`finalizer.matches('^[a-z]+\\.tkestack\\.io/')`;

const noFinalizers: readonly Validation[] = [
  {
    expression: `variables.tenant == '' || oldObject.metadata.?finalizers.orValue([]).filter(finalizer, ${ours}).all(finalizer, finalizer in object.metadata.?finalizers.orValue([]))`,
    message:
      'metadata.finalizers: those of tkestack.io must stay: the manager takes them off when all is cleared away; keep them (kubectl apply and patch do), or ask a platform administrator',
    reason: 'Forbidden',
  },
];

const notStored: readonly Validation[] = [
  {
    expression: 'request.dryRun',
    messageExpression: `request.kind.kind + ' is a question to the server, which is answered and not stored: create it with --dry-run=server -o yaml'`,
    reason: 'Forbidden',
  },
];

function policyAndBinding(
  name: string,
  resourceRules: readonly object[],
  validations: readonly Validation[],
  callers: object = ofTenants,
): readonly object[] {
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules },
    ...callers,
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

interface Matched {
  readonly operations: readonly string[];
  readonly resources: (plural: string) => readonly string[];
}

// Status as well: it says who holds what.
const everything: Matched = {
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  resources: (plural) => [plural, `${plural}/status`],
};
const onlyStatus: Matched = { operations: ['UPDATE'], resources: (plural) => [`${plural}/status`] };
const onlyCreations: Matched = { operations: ['CREATE'], resources: (plural) => [plural] };
const onlyUpdates: Matched = { operations: ['UPDATE'], resources: (plural) => [plural] };

/** One resource rule for each group. */
function rulesFor(kinds: readonly KindDescriptor[], { operations, resources }: Matched): readonly object[] {
  return [...Map.groupBy(kinds, ({ group }) => group)].map(([group, members]) => ({
    apiGroups: [group],
    apiVersions: ['*'],
    operations,
    resources: members.flatMap(({ plural }) => resources(plural)),
  }));
}
