import { column, defineKind, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { authGroup } from './group.ts';
import { displayName, shortName } from './text.ts';

const spec = s.object('Where the users of the tenant come from.', {
  name: displayName,
  type: s.string(
    'tke or local: LocalIdentity and LocalGroup objects. Otherwise the kind of directory, e.g. ldap, oidc, github.',
    {
      minLength: 1,
      maxLength: 63,
      pattern: '^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?$',
    },
  ),
  administrators: s.optional(
    s.nullable(
      s.list(
        'User names of those who may do everything in the tenant.',
        s.string('User name.', { minLength: 1, maxLength: 253 }),
        {
          maxItems: 1024,
        },
      ),
    ),
  ),
  config: s.optional(s.string('Settings of the directory connector, as JSON text.', { maxLength: 65536 })),
});

export const identityProvider = defineKind({
  ...authGroup,
  kind: 'IdentityProvider',
  description: 'A tenant: its name is the tenant id, its spec says where the users come from.',
  namespaced: false,
  shortNames: ['idp'],
  name: shortName('The tenant id.'),
  properties: { spec },
  columns: [column('Type', '.spec.type'), column('Display', '.spec.name')],
  selectableFields: ['.spec.type', '.spec.name'],
});

export type IdentityProvider = ObjectOf<typeof identityProvider>;
