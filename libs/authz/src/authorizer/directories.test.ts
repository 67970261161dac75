import { expect, test } from '@jest/globals';
import { ProjectIndex, TenantIndex } from './directories.ts';

test('administrators of a tenant are those of all who name some, each for as long as it does', () => {
  const tenants = new TenantIndex({ tenant: [] });
  const administrators = (name = 't') => [...(tenants.tenant(name)?.administrators ?? ['no tenant'])].sort();
  tenants.appoint('a', 't', ['ann', 'bob']);
  expect(administrators()).toEqual(['no tenant']);
  tenants.setTenant('t', ['root']);
  tenants.setTenant('other', []);
  expect(administrators()).toEqual(['ann', 'bob', 'root']);
  tenants.appoint('b', 't', ['bob', 'carl']);
  expect(administrators()).toEqual(['ann', 'bob', 'carl', 'root']);
  tenants.dismiss('a');
  expect(administrators()).toEqual(['bob', 'carl', 'root']);
  tenants.appoint('b', 'other', ['carl']);
  expect([administrators(), administrators('other')]).toEqual([['root'], ['carl']]);
  tenants.appoint('b', '', ['carl']);
  expect([administrators(), administrators('other'), administrators('')]).toEqual([['root'], [], ['no tenant']]);
  tenants.appoint('b', 't', ['ann']);
  tenants.setTenant('t', []);
  expect(administrators()).toEqual(['ann']);
  tenants.removeTenant('t');
  expect(administrators()).toEqual(['no tenant']);
});

test('a namespace that several projects claim is nobody’s, until one is left', () => {
  const projects = new ProjectIndex();
  const project = () => projects.projectOf('cls-1', 'web');
  projects.claim('cls-1', 'web', 'prj-a');
  expect([project(), projects.projectOf('cls-2', 'web'), projects.projectOf(undefined, 'web')]).toEqual([
    'prj-a',
    undefined,
    undefined,
  ]);
  projects.claim('cls-1', 'web', 'prj-b');
  projects.claim('cls-1', 'web', 'prj-b');
  expect(project()).toBeUndefined();
  projects.disclaim('cls-1', 'web', 'prj-a');
  expect(project()).toBe('prj-b');
  projects.disclaim('cls-1', 'web', 'prj-c');
  projects.disclaim('cls-1', 'web', 'prj-b');
  expect(project()).toBeUndefined();
});
