import { column, defineKind, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { grantStatus } from './grant-status.ts';
import { authGroup } from './group.ts';
import { subjects } from './subject.ts';
import { author, description, displayName, dnsLabel, extra, finalizers, tenantID } from './text.ts';

const spec = s.object(
  'Who belongs to the group.',
  {
    finalizers: s.optional(finalizers),
    displayName,
    tenantID: s.optional(tenantID),
    username: s.optional(author),
    description: s.optional(description),
    extra: s.optional(extra),
    users: s.optional(subjects('Members of the group. Stands for the binding and unbinding calls of TKEStack.')),
  },
  { rules: [immutableOnceSet('tenantID')] },
);

export const localGroup = defineKind({
  ...authGroup,
  kind: 'LocalGroup',
  description: 'A group of users of one tenant. Bindings refer to it by its name.',
  namespaced: false,
  shortNames: ['grp'],
  name: dnsLabel('Name of the group; bindings refer to it.'),
  properties: { spec },
  status: grantStatus,
  columns: [column('Tenant', '.spec.tenantID'), column('Display', '.spec.displayName')],
  selectableFields: ['.spec.tenantID', '.spec.username', '.spec.displayName'],
});

export type LocalGroup = ObjectOf<typeof localGroup>;
