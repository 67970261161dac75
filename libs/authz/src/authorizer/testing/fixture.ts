import { RuleIndex } from '../../index/rule-index.ts';
import { userKey } from '../../rows/keys.ts';
import type { ResourceAttributes, SubjectAccessReviewSpec } from '@tke/meta';
import { Authorizer, type ReviewOptions } from '../authorizer.ts';
import { ProjectIndex, TenantIndex } from '../directories.ts';

export const auth = 'auth.tkestack.io';
export const policies = { group: auth, plural: 'policies' };
export const customPolicyBindings = { group: auth, plural: 'custompolicybindings' };
export const clusters = { group: 'platform.tkestack.io', plural: 'clusters' };

/** Tenants t (of the hub, administrator root) and other (administrator admin); ann of t holds everything, bob nothing. */
export function setup() {
  const rules = new RuleIndex();
  const tenants = new TenantIndex({
    tenant: [policies, customPolicyBindings],
    platform: [{ group: auth, plural: 'rules' }],
  });
  const projects = new ProjectIndex();
  tenants.setTenant('t', ['root']);
  tenants.setTenant('other', ['admin']);
  tenants.setOwner(policies, { name: 'pol-own' }, 't');
  tenants.setOwner(policies, { name: 'pol-foreign' }, 'other');
  tenants.setOwner(policies, { name: 'pol-nobodys' }, '');
  tenants.setOwner(customPolicyBindings, { namespace: 'ns-a', name: 'own' }, 't');
  tenants.setOwner(customPolicyBindings, { namespace: 'ns-a', name: 'foreign' }, 'other');
  tenants.setOwner(clusters, { name: 'cls-own' }, 't');
  tenants.setOwner(clusters, { name: 'cls-foreign' }, 'other');
  projects.set(undefined, 'ns-a', 'prj-a');
  rules.upsert('all', { ptype: 'p', v0: 'pol-all', v1: '*', v2: '*', v3: '*', v4: 'allow' });
  rules.upsert('bind', { ptype: 'g', v0: userKey('t', 'ann'), v1: 'pol-all', v2: '*' });
  const state = { ready: true };
  const hubTenants = new Set(['t']);
  const platformNamespaces = new Set(['deployer']);
  const authorizer = new Authorizer({
    rules,
    tenants,
    projects,
    hubTenants,
    platformNamespaces,
    ready: () => state.ready,
  });
  const spec = (user: string, resourceAttributes: ResourceAttributes, tenant = 't'): SubjectAccessReviewSpec => ({
    user,
    extra: { 'tkestack.io/tenantid': [tenant] },
    resourceAttributes,
  });
  const ask = (user: string, attributes: ResourceAttributes, options: ReviewOptions = {}, tenant = 't') =>
    authorizer.verdict(spec(user, attributes, tenant), options).kind;
  return { rules, tenants, projects, hubTenants, authorizer, state, spec, ask };
}

export const getPod: ResourceAttributes = { verb: 'get', resource: 'pods', namespace: 'ns-a', name: 'x' };
