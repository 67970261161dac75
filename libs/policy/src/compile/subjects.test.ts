import { describe } from '@jest/globals';

import { aGroup, anIdentity, aPolicy, aPolicyBinding, aTenant } from '../testing/objects.ts';
import { alice, deletingNow, g, ldap, local, table } from './testing/cases.ts';

describe('subjects in a tenant with local users', () => {
  const bind = (...users: object[]) => aPolicyBinding('pb', { policyID: 'pol-1', users });
  const others = [
    local,
    aTenant('other'),
    alice,
    anIdentity('usr-eve', 'eve', { tenantID: 'other' }),
    aPolicy('pol-1'),
  ];
  table([
    {
      name: 'everyone',
      object: bind({ name: '*' }),
      others,
      rows: [g('default##user##*', 'pol-1')],
    },
    {
      name: 'everyone as TKEStack writes it',
      object: bind({ id: '*', name: '*' }),
      others,
      rows: [g('default##user##*', 'pol-1')],
    },
    {
      name: 'an id that is not the named user',
      object: bind({ id: 'usr-alice', name: 'bob' }),
      others,
      rows: [],
      unresolved: ['User usr-alice SubjectMismatch'],
    },
    {
      name: 'a made-up id with a name that would be trusted elsewhere',
      object: bind({ id: 'usr-x', name: 'alice' }),
      others,
      rows: [],
      unresolved: ['User usr-x SubjectNotFound'],
    },
    {
      name: 'an id with everyone as its name',
      object: bind({ id: 'usr-alice', name: '*' }),
      others,
      rows: [],
      unresolved: ['User usr-alice SubjectMismatch'],
    },
    {
      name: 'a user of another tenant by id',
      object: bind({ id: 'usr-eve' }),
      others,
      rows: [],
      defects: ['spec.users[0] TenantMismatch'],
    },
    {
      name: 'a user of another tenant by name',
      object: bind({ name: 'eve' }),
      others,
      rows: [],
      unresolved: ['User eve SubjectNotFound'],
    },
    {
      name: 'an identity that is being deleted',
      object: bind({ id: 'usr-bob' }),
      others: [...others, anIdentity('usr-bob', 'bob', {}, deletingNow)],
      rows: [],
      unresolved: ['User usr-bob SubjectNotFound'],
    },
    {
      name: 'the younger of two identities with one user name',
      object: bind({ id: 'usr-alice2' }, { id: 'usr-alice1' }, { name: 'alice' }),
      others: [
        local,
        aPolicy('pol-1'),
        anIdentity('usr-alice2', 'alice', {}, { creationTimestamp: '2026-01-02T00:00:00Z' }),
        anIdentity('usr-alice1', 'alice', {}, { creationTimestamp: '2026-01-01T00:00:00Z' }),
      ],
      rows: [g('default##user##alice', 'pol-1')],
      unresolved: ['User usr-alice2 UsernameTaken'],
    },
    {
      name: 'groups must exist in the tenant',
      object: aPolicyBinding('pb', {
        policyID: 'pol-1',
        groups: [{ id: 'grp-none' }, { id: 'grp-other' }, { name: 'grp-own' }],
      }),
      others: [...others, aGroup('grp-own'), aGroup('grp-other', { tenantID: 'other' })],
      rows: [g('default##group##grp-own', 'pol-1')],
      defects: ['spec.groups[1] TenantMismatch'],
      unresolved: ['Group grp-none SubjectNotFound'],
    },
  ]);
});

describe('subjects in a tenant with a directory', () => {
  const bind = (...users: object[]) => aPolicyBinding('pb', { policyID: 'pol-1', users });
  const others = [ldap, aPolicy('pol-1')];
  table([
    {
      name: 'the name is trusted, and the id stands in for it',
      object: bind({ id: 'uid-7', name: 'carol' }, { name: 'dave' }, { id: 'erin' }),
      others,
      rows: [g('default##user##carol', 'pol-1'), g('default##user##dave', 'pol-1'), g('default##user##erin', 'pol-1')],
    },
    {
      name: 'an id is never everyone by its name',
      object: bind({ id: 'cn=carol', name: '*' }),
      others,
      rows: [],
      unresolved: ['User cn=carol SubjectMismatch'],
    },
    {
      name: 'a LocalIdentity of the tenant counts more than the name',
      object: bind({ id: 'usr-alice', name: 'mallory' }),
      others: [...others, alice],
      rows: [],
      unresolved: ['User usr-alice SubjectMismatch'],
    },
    {
      name: 'an id that no row can hold',
      object: bind({ id: 'cn=carol,ou=people' }),
      others,
      rows: [],
      defects: ['spec.users[0] InvalidSubject'],
    },
    {
      name: 'groups of the directory, by id, else by name',
      object: aPolicyBinding('pb', {
        policyID: 'pol-1',
        groups: [{ id: 'devs', name: 'Developers' }, { name: 'ops' }],
      }),
      others,
      rows: [g('default##group##devs', 'pol-1'), g('default##group##ops', 'pol-1')],
    },
  ]);
});

describe('LocalGroup', () => {
  table([
    {
      name: 'members belong to it everywhere',
      object: aGroup('grp-1', { users: [{ id: 'usr-alice' }, { id: 'usr-gone' }] }),
      others: [local, alice],
      rows: [g('default##user##alice', 'default##group##grp-1')],
      unresolved: ['User usr-gone SubjectNotFound'],
    },
    { name: 'no members', object: aGroup('grp-1', { users: null }), others: [local], rows: [] },
  ]);
});
