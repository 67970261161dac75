import type { KubeObject } from '@tke/meta';
import type { AdmissionUser, FieldProblem } from '@tke/webhook';

import { policyAdmissions } from '../../admission/policy-admissions.ts';
import { compiledPlatform } from '../../testing/compiled-platform.ts';
import {
  aGroup,
  anIdentity,
  aPolicy,
  aPolicyBinding,
  aProjectPolicyBinding,
  aRole,
  aRoleBinding,
  aTenant,
  statement,
} from '../../testing/objects.ts';
import { problemsOf as problemsIn, tenantUser } from '../../testing/story.ts';

export const bob = tenantUser('bob');
export const carol = tenantUser('carol');
export const root = tenantUser('root');
export const platform: AdmissionUser = { username: 'admin', uid: '', groups: [], extra: {} };
export const controller = { ...bob, username: 'system:serviceaccount:tke-system:tke-manager' };

export const allow = (name: string, actions: string[], resources = ['*'], spec = {}) =>
  aPolicy(name, { statement: statement(actions, resources), ...spec });
export const deny = (name: string, actions: string[], resources = ['*']) =>
  aPolicy(name, { statement: statement(actions, resources, 'deny') });
export const project = { scope: 'project' as const };
export const named = (name: string) => [{ id: `usr-${name}` }];

/**
 * root administers the tenant; carol may bind and escalate some things by name; bob holds reading pods everywhere, all about
 * config maps in prj-1, and is denied a secret there; dave holds what the tests give him.
 */
export const stored: readonly KubeObject[] = [
  aTenant('default', 'local', { administrators: ['root'] }),
  aTenant('other', 'local'),
  ...['bob', 'carol', 'dave', 'root'].map((name) => anIdentity(`usr-${name}`, name)),
  allow('pol-pods', ['getPod', 'listPods', 'watchPod'], ['namespace:*/pod:*']),
  aPolicyBinding('pb-pods', { policyID: 'pol-pods', users: named('bob') }),
  allow('pol-config', ['*Configmap*'], ['*'], project),
  aProjectPolicyBinding({ policyID: 'pol-config', projectID: 'prj-1', users: named('bob') }),
  deny('pol-no-db', ['*Secret*'], ['namespace:*/secret:db']),
  allow('pol-all', ['*']),
  allow('pol-all-project', ['*'], ['*'], project),
  allow('pol-template', ['*Chart*'], ['-']),
  aRole('rol-reader', { policies: ['pol-pods'] }),
  aRole('rol-strong', { policies: ['pol-pods', 'pol-all'] }),
  aRole('rol-strong-prj', { policies: ['pol-all-project'], projectID: 'prj-1' }),
  aGroup('grp-readers'),
  aPolicyBinding('pb-readers', { policyID: 'pol-pods', groups: [{ id: 'grp-readers' }] }),
  aGroup('grp-strong', { users: named('dave') }),
  aPolicyBinding('pb-strong', { policyID: 'pol-all', groups: [{ id: 'grp-strong' }] }),
  aGroup('grp-prj-2'),
  aProjectPolicyBinding({ policyID: 'pol-config', projectID: 'prj-2', groups: [{ id: 'grp-prj-2' }] }),
  aGroup('grp-by-role'),
  aRoleBinding('rlb-by-role', { roleID: 'rol-strong-prj', groups: [{ id: 'grp-by-role' }] }),
  allow(
    'pol-powers',
    ['bindPolicy'],
    ['policy:pol-all', 'policy:pol-later', 'policy:pol-no-db', 'policy:pol-all-project'],
  ),
  aPolicyBinding('pb-powers', { policyID: 'pol-powers', users: named('carol') }),
  allow('pol-escalate', ['escalatePolicy'], ['policy:pol-mine']),
  aPolicyBinding('pb-escalate', { policyID: 'pol-escalate', users: named('carol') }),
  allow('pol-roles', ['bindRole', 'escalateRole', 'bindLocalgroup', 'escalateCustompolicybinding']),
  aPolicyBinding('pb-roles', { policyID: 'pol-roles', users: named('carol') }),
  aPolicy('pol-foreign', { tenantID: 'other', statement: statement(['getForeignThing']) }),
];

export interface Asked {
  readonly object?: KubeObject | undefined;
  readonly oldObject?: KubeObject | undefined;
  readonly by?: AdmissionUser;
  readonly more?: readonly KubeObject[];
}

/** What is refused of a write in that tenant. */
export async function problemsOf({ object, oldObject, by = bob, more = [] }: Asked): Promise<readonly FieldProblem[]> {
  const objects = [...stored, ...more, ...(oldObject === undefined ? [] : [oldObject])];
  const unique = [
    ...new Map(objects.map((each) => [`${each.kind}/${each.metadata.namespace}/${each.metadata.name}`, each])).values(),
  ];
  const end = new AbortController();
  try {
    const { cache, rules } = await compiledPlatform(unique, end.signal);
    return await problemsIn(policyAdmissions(cache, rules), by, { object, oldObject });
  } finally {
    end.abort();
  }
}

/** The same as fields and types. */
export async function fieldsOf(asked: Asked): Promise<readonly string[]> {
  return (await problemsOf(asked)).map(({ field, type }) => `${field} ${type}`);
}

/** Nothing is refused. */
export const ok: string[] = [];
