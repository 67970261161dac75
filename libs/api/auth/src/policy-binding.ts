import { column, defineKind, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { grantStatus } from './grant-status.ts';
import { authGroup } from './group.ts';
import { subjects } from './subject.ts';
import { dnsLabel, tenantID } from './text.ts';

const spec = s.object(
  'Who holds which policy.',
  {
    tenantID: s.optional(tenantID),
    policyID: dnsLabel('Name of a Policy of the same tenant whose scope is platform.'),
    users: s.optional(subjects('Users that hold the policy.')),
    groups: s.optional(subjects('Groups whose members hold the policy.')),
  },
  { rules: [immutableOnceSet('tenantID'), immutable('policyID')] },
);

export const policyBinding = defineKind({
  ...authGroup,
  kind: 'PolicyBinding',
  description:
    'Hands a platform-scope Policy to users and groups. Stands for the binding and unbinding calls of TKEStack.',
  namespaced: false,
  shortNames: ['pb'],
  properties: { spec },
  status: grantStatus,
  columns: [column('Tenant', '.spec.tenantID'), column('Policy', '.spec.policyID')],
  selectableFields: ['.spec.tenantID', '.spec.policyID'],
});

export type PolicyBinding = ObjectOf<typeof policyBinding>;
