import { column, defineKind, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { grantStatus } from './grant-status.ts';
import { authGroup } from './group.ts';
import { subjects } from './subject.ts';
import { dnsLabel, tenantID } from './text.ts';

const spec = s.object(
  'Who holds which role.',
  {
    tenantID: s.optional(tenantID),
    roleID: dnsLabel('Name of a Role of the same tenant.'),
    users: s.optional(subjects('Users that hold the role.')),
    groups: s.optional(subjects('Groups whose members hold the role.')),
  },
  { rules: [immutableOnceSet('tenantID'), immutable('roleID')] },
);

export const roleBinding = defineKind({
  ...authGroup,
  kind: 'RoleBinding',
  description: 'Hands a Role to users and groups. Stands for the binding and unbinding calls of TKEStack.',
  namespaced: false,
  shortNames: ['rlb'],
  properties: { spec },
  status: grantStatus,
  columns: [column('Tenant', '.spec.tenantID'), column('Role', '.spec.roleID')],
  selectableFields: ['.spec.tenantID', '.spec.roleID'],
});

export type RoleBinding = ObjectOf<typeof roleBinding>;
