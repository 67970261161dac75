import type { ResourceAttributes, SubjectAccessReviewSpec } from '@tke/meta';
import { Authorizer, type ReviewOptions } from '../../authorizer/authorizer.ts';
import { ProjectIndex, TenantIndex } from '../../authorizer/directories.ts';
import { RuleIndex } from '../../index/rule-index.ts';
import { everyDomain, type RuleSpec } from '../../rows/row.ts';
import { OriginalAuthorizer } from './original-authorizer.ts';

const auth = 'auth.tkestack.io';
export const policies = { group: auth, plural: 'policies' };
export const apiKeys = { group: auth, plural: 'apikeys' };
const clusters = { group: 'platform.tkestack.io', plural: 'clusters' };

const administrators = new Map([
  ['default', new Set(['root'])],
  ['other', new Set(['olga'])],
]);

/**
 * One set of rows, asked of TKEStack's authorizer and of ours. Tenants `default` (of the hub) and `other`; namespace
 * `shop` belongs to project `prj-a`, `bank` to `prj-b`; cluster `cls-own` to the first tenant, `cls-foreign` to the other.
 */
export class Platform {
  readonly #rules = new Map<string, RuleSpec>();
  readonly #index = new RuleIndex();
  readonly #authorizer: Authorizer;

  constructor(...rows: RuleSpec[]) {
    const tenants = new TenantIndex({ tenant: [policies, apiKeys], platform: [{ group: auth, plural: 'rules' }] });
    const projects = new ProjectIndex();
    administrators.forEach((names, tenant) => tenants.setTenant(tenant, names));
    [policies, apiKeys].forEach((kind) => {
      tenants.setOwner(kind, { name: 'own' }, 'default');
      tenants.setOwner(kind, { name: 'foreign' }, 'other');
    });
    tenants.setOwner(clusters, { name: 'cls-own' }, 'default');
    tenants.setOwner(clusters, { name: 'cls-foreign' }, 'other');
    [undefined, 'cls-own'].forEach((cluster) => {
      projects.set(cluster, 'shop', 'prj-a');
      projects.set(cluster, 'bank', 'prj-b');
    });
    const rules = this.#index;
    this.#authorizer = new Authorizer({
      rules,
      tenants,
      projects,
      hubTenants: new Set(['default']),
      ready: () => true,
    });
    rows.forEach((row, at) => this.write(`row-${at}`, row));
  }

  write(name: string, row: RuleSpec): void {
    this.#rules.set(name, row);
    this.#index.upsert(name, row, `Source/${name}`);
  }

  erase(name: string): void {
    this.#rules.delete(name);
    this.#index.remove(name);
  }

  ask(spec: SubjectAccessReviewSpec, options: ReviewOptions = {}) {
    const original = new OriginalAuthorizer(this.#rules.values(), administrators).verdict(spec);
    return { original, ours: this.#authorizer.verdict(spec, options).kind };
  }

  reason(spec: SubjectAccessReviewSpec): string {
    return this.#authorizer.verdict(spec).reason;
  }
}

export function allow(policy: string, object: string, action = '*'): RuleSpec {
  return { ptype: 'p', v0: policy, v1: everyDomain, v2: object, v3: action, v4: 'allow' };
}

export function deny(policy: string, object: string, action = '*'): RuleSpec {
  return { ...allow(policy, object, action), v4: 'deny' };
}

export function link(member: string, role: string, domain = everyDomain): RuleSpec {
  return { ptype: 'g', v0: member, v1: role, v2: domain };
}

/** A review by bob of the tenant `default`. `claims` are groups that a client of TKEStack could choose. */
export function byBob(resourceAttributes: ResourceAttributes, ...claims: string[]): SubjectAccessReviewSpec {
  return { user: 'bob', extra: { tenantid: ['default'] }, groups: claims, resourceAttributes };
}
