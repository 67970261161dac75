// Rules as a platform has them, from a seed: tenants with the shipped default policies, policies of their own, users,
// groups, roles, projects and denies.
import { everyoneKey, groupKey, ruleName, userKey, type RuleSpec } from '@tke/authz';

import { SeededRandom } from '../../libs/authz/src/differential/testing/random.ts';
import shipped from '../../libs/policy/src/seeds/default-policies.json' with { type: 'json' };

/** A Rule as the watch tells it. */
export interface WorldRule {
  readonly name: string;
  readonly source: string;
  readonly spec: RuleSpec;
}

/** One tenant of a world: what its rows and requests are made of. */
export interface WorldTenant {
  readonly name: string;
  readonly users: number;
  readonly rules: readonly WorldRule[];
}

const rulesPerTenant = 3_000;
/** The rest are bindings. */
const shares = { defaults: 0.62, own: 0.1 };
export const groupsPerTenant = 12;
export const namespacesPerTenant = 40;
export const projectsPerTenant = 20;
const rolesPerTenant = 6;

const ownActions = [
  'get*',
  'list*',
  'watch*',
  '*Pod*',
  '*Deployment*',
  'createPodExec',
  'getSecret',
  'updateConfigmap',
];

export function namespaceName(tenant: string, at: number): string {
  return `ns-${tenant}-${at}`;
}

export function projectName(tenant: string, at: number): string {
  return `prj-${tenant}-${at % projectsPerTenant}`;
}

export function userName(at: number): string {
  return `user-${at}`;
}

/** The default policies of one scope, as names of a tenant. */
export function defaultPolicyNames(tenant: string, scope: 'project' | 'platform'): readonly string[] {
  return shipped
    .filter((policy) => (policy.scope === 'project') === (scope === 'project'))
    .map(({ displayName }) => `pol-${tenant}-${displayName.toLowerCase()}`);
}

/** The actions of ProjectViewer: 164, half of them with stars. */
export const viewerActions = shipped.find(({ displayName }) => displayName === 'ProjectViewer')!.actions;

/** Tenants with `count` Rules in all, one after another, so that a large world need not be held. */
export function* tenantsOf(count: number, seed = 1): Generator<WorldTenant> {
  const random = new SeededRandom(seed);
  const tenants = Math.ceil(count / rulesPerTenant);
  for (let at = 0, left = count; at < tenants; at += 1) {
    const budget = Math.ceil(left / (tenants - at));
    left -= budget;
    yield tenantOf(`t${at}`, budget, random);
  }
}

export function p(policy: string, object: string, action: string, effect = 'allow'): RuleSpec {
  return { ptype: 'p', v0: policy, v1: '*', v2: object, v3: action, v4: effect };
}

export function g(member: string, role: string, domain = '*'): RuleSpec {
  return { ptype: 'g', v0: member, v1: role, v2: domain };
}

/** The Rules that are compiled from one object. */
export function rulesOf(source: string, specs: readonly RuleSpec[]): readonly WorldRule[] {
  return specs.map((spec) => ({ name: ruleName(source, spec), source, spec }));
}

function tenantOf(tenant: string, budget: number, random: SeededRandom): WorldTenant {
  const rules: WorldRule[] = [];
  const platform = addDefaults(tenant, 'platform', Math.floor(budget * shares.defaults), rules);
  const project = addDefaults(tenant, 'project', Math.floor(budget * shares.defaults) - rules.length, rules);
  const own = addOwn(tenant, Math.floor(budget * shares.own), random, rules);
  const held = { platform: [...platform, ...own], project: project.length === 0 ? platform : project };
  rules.push(...sharedBindings(tenant, held, random));
  let users = 0;
  for (; rules.length < budget; users += 1) {
    const bindings = rulesOf(`RoleBinding/${tenant}-${users}`, userLinks(tenant, users, held, random));
    rules.push(...bindings.slice(0, budget - rules.length));
  }
  return { name: tenant, users, rules };
}

function addDefaults(tenant: string, scope: 'project' | 'platform', budget: number, rules: WorldRule[]): string[] {
  const names: string[] = [];
  const end = rules.length + budget;
  for (const { displayName, actions, resources, effect } of shipped.filter(
    (policy) => (policy.scope === 'project') === (scope === 'project'),
  )) {
    if (rules.length + actions.length * resources.length <= end) {
      const name = `pol-${tenant}-${displayName.toLowerCase()}`;
      const rows = actions.flatMap((action) => resources.map((resource) => p(name, resource, action, effect)));
      rules.push(...rulesOf(`Policy/${name}`, rows));
      names.push(name);
    }
  }
  return names;
}

/** Policies as users write them: some actions on some namespaces; every eighth denies names. */
function addOwn(tenant: string, budget: number, random: SeededRandom, rules: WorldRule[]): string[] {
  const names: string[] = [];
  for (let left = budget; left > 0;) {
    const name = `pol-${tenant}-own-${names.length}`;
    const denies = names.length % 8 === 7;
    const rows: RuleSpec[] = [];
    for (const action of ownActions.slice(0, random.between(1, ownActions.length))) {
      const namespace = namespaceName(tenant, random.between(0, namespacesPerTenant - 1));
      const object = denies
        ? `*${namespace}/secret:db-${random.between(0, 9)}`
        : `cluster:cls-${tenant}/namespace:${namespace}/*`;
      rows.push(p(name, object, action, denies ? 'deny' : 'allow'));
    }
    rules.push(...rulesOf(`Policy/${name}`, rows.slice(0, left)));
    names.push(name);
    left -= rows.length;
  }
  return names;
}

interface Held {
  readonly platform: readonly string[];
  readonly project: readonly string[];
}

function anyProject(tenant: string, random: SeededRandom): string {
  return projectName(tenant, random.between(0, projectsPerTenant - 1));
}

/** What groups, roles and everyone hold. */
function sharedBindings(tenant: string, { platform, project }: Held, random: SeededRandom): readonly WorldRule[] {
  const links = [g(everyoneKey(tenant), random.pick(platform))];
  for (let at = 0; at < groupsPerTenant; at += 1) {
    const group = groupKey(tenant, `grp-${at}`);
    links.push(g(group, random.pick(platform)), g(group, random.pick(project), anyProject(tenant, random)));
  }
  for (let at = 0; at < rolesPerTenant; at += 1) {
    links.push(...[random.pick(platform), random.pick(platform)].map((policy) => g(`rol-${tenant}-${at}`, policy)));
  }
  return rulesOf(`PolicyBinding/${tenant}`, links);
}

function userLinks(tenant: string, at: number, { platform, project }: Held, random: SeededRandom): readonly RuleSpec[] {
  const user = userKey(tenant, userName(at));
  const links = [
    g(user, groupKey(tenant, `grp-${random.between(0, groupsPerTenant - 1)}`)),
    g(user, random.pick(project), anyProject(tenant, random)),
    g(user, random.pick(platform)),
  ];
  if (random.chance(0.5)) {
    links.push(g(user, `rol-${tenant}-${random.between(0, rolesPerTenant - 1)}`));
  }
  return random.chance(0.3) ? [...links, g(user, random.pick(project), anyProject(tenant, random))] : links;
}
