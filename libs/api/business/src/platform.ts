import { column, defineKind, fields, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';

const spec = s.object(
  'Who administers the tenant.',
  {
    tenantID: s.optional(fields.tenantID),
    administrators: s.optional(
      s.nullable(
        s.list(
          'User names of those who may do everything in the tenant, beside those its IdentityProvider names.',
          s.string('User name.', { minLength: 1, maxLength: 253 }),
          { maxItems: 1024 },
        ),
      ),
    ),
  },
  { rules: [immutableOnceSet('tenantID')] },
);

export const platform = defineKind({
  ...businessGroup,
  kind: 'Platform',
  description: 'Administrators of one tenant.',
  namespaced: false,
  shortNames: ['plf'],
  reconciled: false,
  name: fields.dnsLabel('Any; TKEStack begins it with platform-.'),
  properties: { spec },
  columns: [column('Tenant', '.spec.tenantID'), column('Administrators', '.spec.administrators')],
  selectableFields: ['.spec.tenantID'],
});

export type Platform = ObjectOf<typeof platform>;
