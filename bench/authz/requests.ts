import { Authorizer, builtinModel, engineOf, ProjectIndex, TenantIndex, type RuleIndex } from '@tke/authz';
import { type ResourceAttributes, type SubjectAccessReviewSpec } from '@tke/meta';

import { SeededRandom } from '../../libs/authz/src/differential/testing/random.ts';
import { groupsPerTenant, namespaceName, namespacesPerTenant, projectName, userName } from './world.ts';

export const decide = engineOf(builtinModel);
/** A question in the terms of the rows. */
export type Question = Parameters<typeof decide>[1];

/** A review as an apiserver sends it. */
export interface Review {
  readonly spec: SubjectAccessReviewSpec;
  /** The member cluster that asks; undefined for the hub. */
  readonly cluster: string | undefined;
  readonly body: string;
}

export interface Population {
  readonly name: string;
  readonly users: number;
}

const clusters = { group: 'platform.tkestack.io', plural: 'clusters' };

const resources = [
  ['', 'v1', 'pods'],
  ['', 'v1', 'secrets'],
  ['', 'v1', 'configmaps'],
  ['', 'v1', 'services'],
  ['', 'v1', 'persistentvolumeclaims'],
  ['apps', 'v1', 'deployments'],
  ['apps', 'v1', 'statefulsets'],
  ['batch', 'v1', 'jobs'],
  ['networking.k8s.io', 'v1', 'ingresses'],
  ['rbac.authorization.k8s.io', 'v1', 'rolebindings'],
] as const;

// As often as clients use them, roughly.
const verbs = ['get', 'get', 'get', 'get', 'list', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const;
const collections: readonly string[] = ['list', 'watch'];

/** The authorizer over these rules, for which every tenant has a cluster and projects that own its namespaces. */
export function authorizerOf(rules: RuleIndex, population: readonly Population[], engine = decide): Authorizer {
  const tenants = new TenantIndex({ tenant: [clusters] });
  const projects = new ProjectIndex();
  for (const { name } of population) {
    tenants.setTenant(name, [`admin-${name}`]);
    tenants.setOwner(clusters, { name: `cls-${name}` }, name);
    for (let at = 0; at < namespacesPerTenant; at += 1) {
      [undefined, `cls-${name}`].forEach((cluster) =>
        projects.set(cluster, namespaceName(name, at), projectName(name, at)),
      );
    }
  }
  const hubTenants = new Set(population.map(({ name }) => name));
  return new Authorizer({ rules, tenants, projects, hubTenants, ready: () => true, engine });
}

/** What the authorizer makes of reviews: the question that is put to the rows. */
export function questionsOf(
  rules: RuleIndex,
  population: readonly Population[],
  reviews: readonly Review[],
): Question[] {
  const questions: Question[] = [];
  const recorder = authorizerOf(rules, population, (_index, question) => {
    questions.push(question);
    return { kind: 'noOpinion', policies: 0 };
  });
  for (const { spec, cluster } of reviews) {
    recorder.verdict(spec, cluster === undefined ? {} : { cluster });
  }
  return questions;
}

export function randomReviews(population: readonly Population[], count: number, seed = 7): Review[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => {
    const { name, users } = random.pick(population);
    return randomReview(name, userName(random.between(0, Math.max(0, users - 1))), random);
  });
}

export function reviewsOf(tenant: string, user: string, count: number, seed = 11): Review[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => randomReview(tenant, user, random));
}

function randomReview(tenant: string, user: string, random: SeededRandom): Review {
  const [group, version, resource] = random.pick(resources);
  const verb = random.pick(verbs);
  const named = !collections.includes(verb) && verb !== 'create';
  const resourceAttributes: ResourceAttributes = {
    namespace: namespaceName(tenant, random.between(0, namespacesPerTenant - 1)),
    verb,
    group,
    version,
    resource,
    ...(named && { name: `web-${random.between(0, 999)}-7d9c5b8f6d-x2x${random.between(10, 99)}` }),
    ...(resource === 'pods' && verb === 'get' && random.chance(0.2) && { subresource: 'log' }),
  };
  const spec: SubjectAccessReviewSpec = {
    user,
    uid: `0d4c1f6e-0000-4000-8000-${String(random.between(0, 999_999_999)).padStart(12, '0')}`,
    groups: [...(random.chance(0.3) ? [`grp-${random.between(0, groupsPerTenant - 1)}`] : []), 'system:authenticated'],
    extra: { 'tkestack.io/tenantid': [tenant] },
    resourceAttributes,
  };
  const review = {
    kind: 'SubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: { creationTimestamp: null },
    spec,
    status: { allowed: false },
  };
  return { spec, cluster: random.chance(0.5) ? `cls-${tenant}` : undefined, body: JSON.stringify(review) };
}
