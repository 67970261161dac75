import { expect, test } from '@jest/globals';
import type { ResourceAttributes } from '@tke/meta';
import { userKey } from '../rows/keys.ts';
import { setup } from './testing/fixture.ts';

const projects = { group: 'business.tkestack.io', plural: 'projects' };

/** Of a user who holds every policy there can be; t is a tenant of the hub and has prj-own, other has prj-foreign. */
function answer(tenant: 't' | 'other', attributes: ResourceAttributes) {
  const { ask, rules, tenants, projects: index } = setup();
  for (const [at, v3] of ['*', `${attributes.verb ?? ''}*`, 'createServiceaccountToken'].entries()) {
    rules.upsert(`all${at}`, { ptype: 'p', v0: userKey(tenant, 'max'), v1: '*', v2: '*', v3, v4: 'allow' });
  }
  tenants.setOwner(projects, { name: 'prj-own' }, 't');
  tenants.setOwner(projects, { name: 'prj-foreign' }, 'other');
  tenants.setOwner(projects, { name: 'prj-nobodys' }, '');
  index.set(undefined, 'prj-own', 'prj-own');
  index.set(undefined, 'labelled', 'prj-foreign');
  index.set(undefined, 'prj-disputed', 'prj-foreign');
  tenants.setOwner(projects, { name: 'prj-disputed' }, 't');
  return ask('max', attributes, {}, tenant);
}

const events = { group: 'events.k8s.io', resource: 'events' };
const binding = { group: 'auth.tkestack.io', resource: 'custompolicybindings' };

const given: readonly ResourceAttributes[] = [
  { verb: 'list', resource: 'events' },
  { verb: 'watch', ...events },
  { verb: 'get', resource: 'namespaces', name: 'prj-foreign' },
  { verb: 'create', ...binding },
];

test.each(given)('%j is given in the namespace of a project, to its tenant only', (attributes) => {
  const inside = { ...attributes, namespace: 'prj-foreign' };
  expect([answer('other', inside), answer('t', inside)]).toEqual(['allow', 'noOpinion']);
});

const kept: readonly ResourceAttributes[] = [
  { verb: 'create', resource: 'pods' },
  { verb: 'create', resource: 'pods', subresource: 'exec', name: 'x' },
  { verb: 'get', resource: 'secrets', name: 'x' },
  { verb: 'list', resource: 'secrets' },
  { verb: 'get', resource: 'configmaps', name: 'x' },
  { verb: 'create', resource: 'serviceaccounts', subresource: 'token', name: 'default' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'rolebindings' },
  { verb: 'create', ...events },
  { verb: 'delete', resource: 'events', name: 'x' },
  { verb: 'patch', resource: 'namespaces', name: 'prj-own' },
  { verb: 'get', resource: 'namespaces', subresource: 'status', name: 'prj-own' },
];

test.each(kept)('%j is given to nobody in the namespace of a project, tenants of the hub included', (attributes) => {
  expect(answer('t', { ...attributes, namespace: 'prj-own' })).toBe('noOpinion');
});

test('of the same, tenants of the hub have in other namespaces what is in them', () => {
  const inNamespace = kept.filter(({ resource }) => resource !== 'namespaces');
  expect(inNamespace.map((attributes) => answer('t', { ...attributes, namespace: 'ns-a' }))).toEqual(
    inNamespace.map(() => 'allow'),
  );
});

test('a namespace is a project’s by its name and by its label, and nobody’s when they are of two tenants', () => {
  const create = { verb: 'create', ...binding };
  const of = (namespace: string) => (['t', 'other'] as const).map((tenant) => answer(tenant, { ...create, namespace }));
  expect(of('prj-own')).toEqual(['allow', 'noOpinion']);
  expect(of('prj-foreign')).toEqual(['noOpinion', 'allow']);
  expect(of('labelled')).toEqual(['noOpinion', 'allow']);
  expect(of('prj-disputed')).toEqual(['noOpinion', 'noOpinion']);
  expect(of('prj-nobodys')).toEqual(['noOpinion', 'noOpinion']);
});
