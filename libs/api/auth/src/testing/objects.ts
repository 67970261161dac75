import { authGroup } from '../group.ts';

const apiVersion = `${authGroup.group}/${authGroup.version}`;

export interface TestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

function object(kind: string, name: string, spec: object, namespace?: string): TestObject {
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) }, spec: { ...spec } };
}

// The least each kind asks for, with what a test wants to see changed. `undefined` takes a field away.

export function policy(name: string, change: object = {}): TestObject {
  const statement = { actions: ['getPod'], resources: ['*'], effect: 'allow' };
  return object('Policy', name, { displayName: 'Test', tenantID: 'default', category: 'test', statement, ...change });
}

export function binding(kind: 'PolicyBinding' | 'RoleBinding', name: string, change: object): TestObject {
  return object(kind, name, { tenantID: 'default', users: [{ id: 'usr-a' }], ...change });
}

export function projectPolicyBinding(name: string, change: object = {}): TestObject {
  return object('ProjectPolicyBinding', name, {
    tenantID: 'default',
    projectID: 'prj-a',
    policyID: 'pol-a',
    ...change,
  });
}

export function customPolicyBinding(name: string, change: object = {}): TestObject {
  const spec = {
    tenantID: 'default',
    domain: '*',
    policyID: 'pol-a',
    resources: ['chart:*'],
    rulePrefix: 'cg-a',
    ...change,
  };
  return object('CustomPolicyBinding', name, spec, 'default');
}

export function role(name: string, change: object = {}): TestObject {
  return object('Role', name, { displayName: 'Test', tenantID: 'default', ...change });
}

export function localGroup(name: string, change: object = {}): TestObject {
  return object('LocalGroup', name, { displayName: 'Test', tenantID: 'default', ...change });
}

export function localIdentity(name: string, change: object = {}): TestObject {
  return object('LocalIdentity', name, { username: 'alice', displayName: 'Test', tenantID: 'default', ...change });
}

export function apiKey(name: string, change: object = {}): TestObject {
  const times = { issue_at: '2026-01-02T03:04:05Z', expire_at: '2027-01-02T03:04:05Z' };
  return object('APIKey', name, { apiKey: 'token', username: 'alice', tenantID: 'default', ...times, ...change });
}

export function rule(name: string, change: object): TestObject {
  return object('Rule', name, change);
}
