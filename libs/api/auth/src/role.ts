import { column, defineKind, immutableOnceSet, immutableText, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { grantStatus } from './grant-status.ts';
import { authGroup } from './group.ts';
import { nameStartsWith } from './row-name.ts';
import { author, description, displayName, dnsLabel, dnsLabelOrEmpty, finalizers, tenantID } from './text.ts';

const spec = s.object(
  'Which policies the role is made of.',
  {
    finalizers: s.optional(finalizers),
    displayName,
    tenantID: s.optional(tenantID),
    projectID: s.optional(dnsLabelOrEmpty('Name of the project in which the role counts. Empty: everywhere.')),
    username: s.optional(author),
    description: s.optional(description),
    policies: s.optional(
      s.nullable(s.list('Names of policies of the same tenant.', dnsLabel('Name of a Policy.'), { maxItems: 256 })),
    ),
  },
  { rules: [immutableOnceSet('tenantID'), immutableText('projectID')] },
);

export const role = defineKind({
  ...authGroup,
  kind: 'Role',
  description: 'A named set of policies. A RoleBinding hands it to users and groups.',
  namespaced: false,
  shortNames: ['rol'],
  name: dnsLabel('Name of the role; bindings refer to it.'),
  properties: { spec },
  status: grantStatus,
  columns: [
    column('Tenant', '.spec.tenantID'),
    column('Project', '.spec.projectID'),
    column('Display', '.spec.displayName', { priority: 1 }),
  ],
  rules: [nameStartsWith('rol-')],
  selectableFields: ['.spec.tenantID', '.spec.username', '.spec.displayName', '.spec.projectID'],
});

export type Role = ObjectOf<typeof role>;
