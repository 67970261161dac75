import { column, defineKind, immutable, immutableOnceSet, s, type ValidationRule } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { capitalStatus, grantStatus } from './grant-status.ts';
import { authGroup } from './group.ts';
import { resourcePattern } from './pattern.ts';
import { freeRulePrefix } from './row-name.ts';
import { subjects } from './subject.ts';
import { dnsLabel, finalizers, tenantID } from './text.ts';

const domainPattern = String.raw`^(\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$`;

/** Else `x` with `pol-b-pol-c` and `x-pol-b` with `pol-c` would give their rows one name, and each the other's holders. */
const plainRulePrefix: ValidationRule = {
  rule: "!self.rulePrefix.matches('-pol(-|$)')",
  message: 'rulePrefix must not contain -pol- nor end with -pol: the name of the policy begins there',
  fieldPath: '.rulePrefix',
};

const spec = s.object(
  'Who holds the actions of which policy on which resources.',
  {
    finalizers: s.optional(finalizers),
    tenantID: s.optional(tenantID),
    domain: s.string('Name of the project in which the binding counts, or `*` for everywhere.', {
      maxLength: 63,
      pattern: domainPattern,
    }),
    lastDomain: s.optional(
      s.string('Accepted from TKEStack manifests and ignored: controllers see the change of domain.', {
        maxLength: 63,
      }),
    ),
    policyID: dnsLabel('Name of the Policy of the same tenant whose actions and effect are used.'),
    resources: s.list('Resource patterns used in place of those of the policy.', resourcePattern, {
      minItems: 1,
      maxItems: 1024,
    }),
    rulePrefix: dnsLabel('Together with policyID, the name of the rows made from this binding.'),
    users: s.optional(subjects('Users that hold the actions.')),
    groups: s.optional(subjects('Groups whose members hold the actions.')),
  },
  {
    rules: [
      immutableOnceSet('tenantID'),
      immutable('policyID'),
      immutable('rulePrefix'),
      freeRulePrefix,
      plainRulePrefix,
    ],
  },
);

export const customPolicyBinding = defineKind({
  ...authGroup,
  kind: 'CustomPolicyBinding',
  description: 'Hands the actions of a Policy to users and groups on resources of its own, e.g. one chart group.',
  namespaced: true,
  shortNames: ['cpb'],
  name: dnsLabel('The policyID.'),
  properties: { spec, Status: capitalStatus },
  status: grantStatus,
  columns: [column('Tenant', '.spec.tenantID'), column('Domain', '.spec.domain'), column('Policy', '.spec.policyID')],
  selectableFields: ['.spec.tenantID', '.spec.domain', '.spec.policyID'],
  rules: [
    {
      rule: 'self.metadata.name == self.spec.policyID',
      message: 'metadata.name must be the policyID',
      messageExpression: "'metadata.name must be ' + self.spec.policyID",
      fieldPath: '.metadata.name',
    },
  ],
});

export type CustomPolicyBinding = ObjectOf<typeof customPolicyBinding>;
