import { column, defineKind, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { authGroup } from './group.ts';
import { description, tenantID } from './text.ts';

const spec = s.object(
  'What the key proves, and until when.',
  {
    apiKey: s.string('The signed token. A secret: whoever reads it can act as the user.', {
      minLength: 1,
      maxLength: 8192,
    }),
    tenantID: s.optional(tenantID),
    username: s.string('User the key speaks for.', { minLength: 1, maxLength: 253 }),
    description: s.optional(description),
    issue_at: s.timestamp('When the key was made.'),
    expire_at: s.timestamp('When the key ends.'),
  },
  { rules: [immutableOnceSet('tenantID'), ...['apiKey', 'username', 'issue_at', 'expire_at'].map(immutable)] },
);

export const apiKey = defineKind({
  ...authGroup,
  kind: 'APIKey',
  description: 'A long-lived token of one user.',
  namespaced: false,
  shortNames: ['apk'],
  reconciled: false,
  properties: { spec },
  status: {
    disabled: s.optional(s.boolean('The key was switched off.')),
    expired: s.optional(s.boolean('The key is past its end.')),
  },
  columns: [
    column('Tenant', '.spec.tenantID'),
    column('User', '.spec.username'),
    column('Expires', '.spec.expire_at', { type: 'date' }),
  ],
  // Not spec.apiKey: a field selector ends up in URLs and audit logs.
  selectableFields: ['.spec.tenantID', '.spec.username'],
});

export type APIKey = ObjectOf<typeof apiKey>;
