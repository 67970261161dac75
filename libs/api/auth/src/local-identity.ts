import { column, defineKind, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { authGroup } from './group.ts';
import { displayName, email, extra, finalizers, phoneNumber, shortName, tenantID } from './text.ts';

const spec = s.object(
  'Who the user is.',
  {
    finalizers: s.optional(finalizers),
    username: shortName('Name the user signs in with; unique in the tenant.'),
    displayName,
    email: s.optional(email),
    phoneNumber: s.optional(phoneNumber),
    hashedPassword: s.optional(
      s.string('Base64 of the bcrypt hash of the password. Absent: the user cannot sign in with a password.', {
        maxLength: 1024,
        pattern: '^[A-Za-z0-9+/]*={0,2}$',
      }),
    ),
    tenantID: s.optional(tenantID),
    groups: s.optional(
      s.nullable(
        s.list(
          'Accepted from TKEStack manifests and ignored: LocalGroup.spec.users holds the members.',
          s.string('Name of a group.', { maxLength: 253 }),
          {
            maxItems: 1024,
          },
        ),
      ),
    ),
    extra: s.optional(extra),
  },
  {
    rules: [
      immutableOnceSet('tenantID'),
      immutable('username'),
      { rule: "self.username != 'system'", message: 'system is reserved: choose another name', fieldPath: '.username' },
    ],
  },
);

export const localIdentity = defineKind({
  ...authGroup,
  kind: 'LocalIdentity',
  description: 'A user of one tenant.',
  namespaced: false,
  shortNames: ['usr'],
  properties: { spec },
  status: {
    locked: s.optional(s.boolean('The user may not sign in.')),
    lastUpdateTime: s.optional(s.nullable(s.timestamp('When the user was last changed.'))),
  },
  columns: [
    column('Tenant', '.spec.tenantID'),
    column('User', '.spec.username'),
    column('Display', '.spec.displayName', { priority: 1 }),
  ],
  selectableFields: ['.spec.tenantID', '.spec.username'],
});

export type LocalIdentity = ObjectOf<typeof localIdentity>;
