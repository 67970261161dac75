import {
  projectOwnerPolicy,
  type CustomPolicyBinding,
  type LocalGroup,
  type Policy,
  type PolicyBinding,
  type ProjectPolicyBinding,
  type Role,
  type RoleBinding,
} from '@tke/api-auth';
import type { Project } from '@tke/api-business';
import { everyDomain, groupKey, type Effect, type PowerOver, type Statement } from '@tke/authz';
import type { DeepReadonly, KubeObject } from '@tke/meta';

import { customRowKey } from '../compile/custom-policy-binding.ts';
import { alive, type Directory } from '../compile/directory.ts';
import { firstOf } from '../compile/first-of.ts';
import type { SubjectSpec } from '../compile/subjects.ts';
import { powerOver } from './powers.ts';

/** Rows that stand and fall with the object, and the name by which they are held. */
export interface OwnRows extends Statement {
  readonly name: string;
  readonly field: string;
  readonly effect: Effect;
  /** Where whoever holds the name holds the rows. */
  readonly domain: string;
  /** Each of them is as good as holding the rows. */
  readonly powers: readonly PowerOver[];
}

/** That somebody named in the object holds something. */
export interface AuthoredLink {
  /** Who, as it is written. */
  readonly member: string;
  readonly field: string;
  readonly value: string;
  readonly target: string;
  readonly domain: string;
  /** Where else it is enough to hold it, for the creation of the object. */
  readonly heldInParent?: string | undefined;
  /** Must exist, or nobody knows what will be handed out one day. */
  readonly reference: { readonly kind: 'Policy' | 'Role'; readonly name: string } | undefined;
  readonly powers: readonly PowerOver[];
}

/**
 * What an object hands out as it is written. Whether its subjects exist today is of no importance: who is named today and
 * created tomorrow holds it as well.
 */
export interface Authored {
  readonly own: readonly OwnRows[];
  readonly links: readonly AuthoredLink[];
}

type Describe = (object: DeepReadonly<KubeObject>, directory: Directory) => Authored;

const describers: Readonly<Record<string, Describe>> = {
  Policy: (object, directory) => policyGrants(object as DeepReadonly<Policy>, directory),
  Role: (object) => roleGrants(object as DeepReadonly<Role>),
  LocalGroup: (object) => groupGrants(object as DeepReadonly<LocalGroup>),
  PolicyBinding: (object) => bindingGrants(object as DeepReadonly<PolicyBinding>, everyDomain),
  ProjectPolicyBinding: (object) => {
    const binding = object as DeepReadonly<ProjectPolicyBinding>;
    return bindingGrants(binding, binding.spec.projectID);
  },
  RoleBinding: (object, directory) => roleBindingGrants(object as DeepReadonly<RoleBinding>, directory),
  CustomPolicyBinding: (object, directory) =>
    customBindingGrants(object as DeepReadonly<CustomPolicyBinding>, directory),
  Project: (object) => projectGrants(object as DeepReadonly<Project>),
};

/** @returns undefined for kinds that hand out nothing. */
export function authoredGrants(object: DeepReadonly<KubeObject>, directory: Directory): Authored | undefined {
  return describers[object.kind]?.(object, directory);
}

function policyGrants({ metadata: { name = '' }, spec }: DeepReadonly<Policy>, directory: Directory): Authored {
  const common = { field: 'spec.statement', powers: [powerOver('escalate', 'policies', name)] };
  const { actions, effect } = spec.statement;
  const custom = directory.customBindingsOfPolicy(name, spec.tenantID ?? '').map((binding) => ({
    ...common,
    name: customRowKey(binding),
    domain: binding.spec.domain,
    effect,
    actions,
    resources: binding.spec.resources,
  }));
  // A policy of scope project too must be held everywhere: any project may hand it out.
  return { own: [{ ...common, name, domain: everyDomain, ...spec.statement }, ...custom], links: [] };
}

function roleGrants({ metadata: { name = '' }, spec }: DeepReadonly<Role>): Authored {
  const domain = firstOf(spec.projectID, everyDomain);
  const links = (spec.policies ?? []).map((policyID, index) => ({
    member: name,
    field: `spec.policies[${index}]`,
    value: policyID,
    target: policyID,
    domain,
    reference: { kind: 'Policy', name: policyID } as const,
    powers: [powerOver('bind', 'policies', policyID), powerOver('escalate', 'roles', name)],
  }));
  return { own: [], links };
}

function groupGrants({ metadata: { name = '' }, spec }: DeepReadonly<LocalGroup>): Authored {
  const { tenantID = '', users = null } = spec;
  const link = (member: string, field: string): AuthoredLink => ({
    member,
    field,
    value: name,
    target: groupKey(tenantID, name),
    domain: everyDomain,
    reference: undefined,
    powers: [powerOver('bind', 'localgroups', name), powerOver('escalate', 'localgroups', name)],
  });
  // Certificates and directories say who is in a group as well, and what they say counts while the group exists.
  const asserted = link('asserted', 'metadata.name');
  return { own: [], links: [asserted, ...membersOf({ users }).map((member) => link(member, 'spec.users'))] };
}

function bindingGrants({ spec }: DeepReadonly<PolicyBinding | ProjectPolicyBinding>, domain: string): Authored {
  const { policyID } = spec;
  const links = membersOf(spec).map((member) => ({
    member,
    field: 'spec.policyID',
    value: policyID,
    target: policyID,
    domain,
    reference: { kind: 'Policy', name: policyID } as const,
    powers: [powerOver('bind', 'policies', policyID)],
  }));
  return { own: [], links };
}

function roleBindingGrants({ spec }: DeepReadonly<RoleBinding>, directory: Directory): Authored {
  const { roleID } = spec;
  const domain = firstOf(directory.role(roleID)?.spec.projectID, everyDomain);
  const links = membersOf(spec).map((member) => ({
    member,
    field: 'spec.roleID',
    value: roleID,
    target: roleID,
    domain,
    reference: { kind: 'Role', name: roleID } as const,
    powers: [powerOver('bind', 'roles', roleID)],
  }));
  return { own: [], links };
}

/** The manager binds members to the policy of owners. Whoever owns the parent gives parts of it away as he likes. */
function projectGrants({ metadata: { name = '' }, spec }: DeepReadonly<Project>): Authored {
  const { tenantID = '', members, parentProjectName } = spec;
  const policyID = projectOwnerPolicy(tenantID);
  const links = (members ?? []).map((member) => ({
    member,
    field: 'spec.members',
    value: policyID,
    target: policyID,
    domain: name,
    ...(parentProjectName ? { heldInParent: parentProjectName } : {}),
    reference: { kind: 'Policy', name: policyID } as const,
    powers: [powerOver('bind', 'policies', policyID)],
  }));
  return { own: [], links };
}

/** Writes rows of its own: to bind its policy is not enough, since the resources are free. */
function customBindingGrants(binding: DeepReadonly<CustomPolicyBinding>, directory: Directory): Authored {
  const { metadata, spec } = binding;
  const { policyID, domain } = spec;
  const name = customRowKey(binding);
  const powers = [powerOver('escalate', 'custompolicybindings', metadata.name ?? '', metadata.namespace)];
  const link = (member: string, field = 'spec.policyID'): AuthoredLink => ({
    member,
    field,
    value: policyID,
    target: name,
    domain,
    reference: { kind: 'Policy', name: policyID },
    powers,
  });
  const links = membersOf(spec).map((member) => link(member));
  const policy = alive(directory.policy(policyID));
  if (policy === undefined || (policy.spec.tenantID ?? '') !== (spec.tenantID ?? '')) {
    // Whoever is bound will hold on these resources whatever the policy of the name will say.
    const awaited = links.length === 0 ? [] : spec.resources;
    return { own: [], links: [...links, ...awaited.map((each, at) => link(`on\0${each}`, `spec.resources[${at}]`))] };
  }
  const { actions, effect } = policy.spec.statement;
  return {
    own: [{ name, field: 'spec.resources', domain, powers, effect, actions, resources: spec.resources }],
    links,
  };
}

function membersOf({ users, groups }: Pick<SubjectSpec, 'users' | 'groups'>): readonly string[] {
  const written =
    (kind: string) =>
    ({ id = '', name = '' }) =>
      `${kind}\0${id}\0${name}`;
  return [...(users ?? []).map(written('user')), ...(groups ?? []).map(written('group'))];
}
