import { describe } from '@jest/globals';

import { aGroup, aPolicy, aPolicyBinding, aProject, aProjectPolicyBinding, aTenant } from '../testing/objects.ts';
import { alice, deletingNow, g, local, table } from './testing/cases.ts';

describe('PolicyBinding', () => {
  const bind = (spec: object) => aPolicyBinding('pb', { policyID: 'pol-1', users: [{ id: 'usr-alice' }], ...spec });
  table([
    {
      name: 'a user by id',
      object: bind({}),
      others: [local, alice, aPolicy('pol-1')],
      rows: [g('default##user##alice', 'pol-1')],
    },
    {
      name: 'the same user by id and by name gives one row',
      object: bind({ users: [{ id: 'usr-alice' }, { name: 'alice' }, { id: 'usr-alice', name: 'alice' }] }),
      others: [local, alice, aPolicy('pol-1', { scope: 'platform' })],
      rows: [g('default##user##alice', 'pol-1')],
    },
    {
      name: 'a group',
      object: bind({ users: null, groups: [{ id: 'grp-1' }] }),
      others: [local, aGroup('grp-1'), aPolicy('pol-1')],
      rows: [g('default##group##grp-1', 'pol-1')],
    },
    {
      name: 'no policy: subjects are looked at all the same',
      object: bind({ users: [{ id: 'usr-alice' }, { id: 'usr-bob' }] }),
      others: [local, alice],
      rows: [],
      unresolved: ['Policy pol-1 PolicyNotFound', 'User usr-bob SubjectNotFound'],
    },
    {
      name: 'a policy that is being deleted is gone',
      object: bind({}),
      others: [local, alice, aPolicy('pol-1', {}, deletingNow)],
      rows: [],
      unresolved: ['Policy pol-1 PolicyNotFound'],
    },
    {
      name: 'a policy of scope project',
      object: bind({}),
      others: [local, alice, aPolicy('pol-1', { scope: 'project' })],
      rows: [],
      defects: ['spec.policyID ScopeMismatch'],
    },
    {
      name: 'a policy of another tenant',
      object: bind({}),
      others: [local, alice, aTenant('other'), aPolicy('pol-1', { tenantID: 'other' })],
      rows: [],
      defects: ['spec.policyID TenantMismatch'],
    },
    {
      name: 'a policy without tenant belongs to nobody',
      object: bind({}),
      others: [local, alice, aPolicy('pol-1', { tenantID: '' })],
      rows: [],
      defects: ['spec.policyID TenantMismatch'],
    },
    {
      name: 'no tenant of that name',
      object: bind({}),
      others: [alice, aPolicy('pol-1')],
      rows: [],
      unresolved: ['IdentityProvider default TenantNotFound'],
    },
    {
      name: 'a tenant that is being deleted, told once and not of each subject',
      object: bind({ groups: [{ id: 'grp-1' }, { id: 'grp-2' }] }),
      others: [{ ...local, metadata: { ...local.metadata, ...deletingNow } }, alice, aPolicy('pol-1')],
      rows: [],
      unresolved: ['IdentityProvider default TenantNotFound'],
    },
    {
      name: 'no tenant, and nobody is named',
      object: bind({ users: null }),
      others: [aPolicy('pol-1')],
      rows: [],
      unresolved: ['IdentityProvider default TenantNotFound'],
    },
    {
      name: 'a binding without tenant grants nothing, not even of a policy without tenant',
      object: bind({ tenantID: '' }),
      others: [local, alice, aPolicy('pol-1', { tenantID: '' })],
      rows: [],
      unresolved: ['IdentityProvider  TenantNotFound'],
    },
  ]);
});

describe('ProjectPolicyBinding', () => {
  const bind = (spec: object = {}) =>
    aProjectPolicyBinding({ policyID: 'pol-1', projectID: 'prj-1', users: [{ id: 'usr-alice' }], ...spec });
  table([
    {
      name: 'grants inside the project, to groups by id',
      object: bind({ groups: [{ id: 'grp-1', name: 'shown name' }] }),
      others: [local, alice, aGroup('grp-1'), aPolicy('pol-1', { scope: 'project' }), aProject('prj-1')],
      rows: [g('default##user##alice', 'pol-1', 'prj-1'), g('default##group##grp-1', 'pol-1', 'prj-1')],
    },
    ...[
      { name: 'no project: the rows wait for it', projects: [] },
      { name: 'a project of another tenant is none', projects: [aProject('prj-1', { tenantID: 'other' })] },
      { name: 'a project that is being deleted is none', projects: [aProject('prj-1', {}, deletingNow)] },
    ].map(({ name, projects }) => ({
      name,
      object: bind(),
      others: [local, alice, aPolicy('pol-1', { scope: 'project' }), ...projects],
      rows: [g('default##user##alice', 'pol-1', 'prj-1')],
      unresolved: ['Project prj-1 ProjectNotFound'],
    })),
    {
      name: 'a platform policy',
      object: bind(),
      others: [local, alice, aPolicy('pol-1', { scope: '' }), aProject('prj-1')],
      rows: [],
      defects: ['spec.policyID ScopeMismatch'],
    },
  ]);
});
