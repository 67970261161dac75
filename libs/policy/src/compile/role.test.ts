import { describe } from '@jest/globals';

import { aGroup, aPolicy, aProject, aRole, aRoleBinding } from '../testing/objects.ts';
import { alice, g, local, table } from './testing/cases.ts';

describe('Role and RoleBinding', () => {
  table([
    {
      name: 'a role holds its policies everywhere',
      object: aRole('rol-1', { policies: ['pol-1', 'pol-2'] }),
      others: [local, aPolicy('pol-1'), aPolicy('pol-2', { scope: 'project' })],
      rows: [g('rol-1', 'pol-1'), g('rol-1', 'pol-2')],
    },
    {
      name: 'a role of a project holds them there',
      object: aRole('rol-1', { policies: ['pol-1'], projectID: 'prj-1' }),
      others: [local, aPolicy('pol-1'), aProject('prj-1')],
      rows: [g('rol-1', 'pol-1', 'prj-1')],
    },
    {
      name: 'a role of a project that is not there yet',
      object: aRole('rol-1', { policies: ['pol-1'], projectID: 'prj-1' }),
      others: [local, aPolicy('pol-1')],
      rows: [g('rol-1', 'pol-1', 'prj-1')],
      unresolved: ['Project prj-1 ProjectNotFound'],
    },
    {
      name: 'a role of a tenant that is not there yet',
      object: aRole('rol-1', { policies: ['pol-1'] }),
      others: [aPolicy('pol-1')],
      rows: [g('rol-1', 'pol-1')],
      unresolved: ['IdentityProvider default TenantNotFound'],
    },
    {
      name: 'policies that are missing or of another tenant',
      object: aRole('rol-1', { policies: ['pol-0', 'pol-1', 'pol-2'] }),
      others: [local, aPolicy('pol-1', { tenantID: 'other' }), aPolicy('pol-2')],
      rows: [g('rol-1', 'pol-2')],
      defects: ['spec.policies[1] TenantMismatch'],
      unresolved: ['Policy pol-0 PolicyNotFound'],
    },
    {
      name: 'a role binding counts where the role does',
      object: aRoleBinding('rlb', { roleID: 'rol-1', users: [{ name: 'alice' }], groups: [{ id: 'grp-1' }] }),
      others: [local, alice, aGroup('grp-1'), aRole('rol-1', { projectID: 'prj-1' })],
      rows: [g('default##user##alice', 'rol-1', 'prj-1'), g('default##group##grp-1', 'rol-1', 'prj-1')],
    },
    {
      name: 'a role of another tenant',
      object: aRoleBinding('rlb', { roleID: 'rol-1', users: [{ name: 'alice' }] }),
      others: [local, alice, aRole('rol-1', { tenantID: 'other' })],
      rows: [],
      defects: ['spec.roleID TenantMismatch'],
    },
    {
      name: 'no such role',
      object: aRoleBinding('rlb', { roleID: 'rol-1', users: [{ name: 'alice' }] }),
      others: [local, alice],
      rows: [],
      unresolved: ['Role rol-1 RoleNotFound'],
    },
  ]);
});
