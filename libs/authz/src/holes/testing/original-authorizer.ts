import type { ResourceAttributes, SubjectAccessReviewSpec } from '@tke/meta';
import { Oracle } from '../../differential/testing/oracle.ts';
import { originalMatch } from '../../differential/testing/original-pattern.ts';
import { everyoneKey, userKey } from '../../rows/keys.ts';
import type { Row, RuleSpec } from '../../rows/row.ts';
import { originalPathRequest, originalRequest } from '../../sar/testing/original-request.ts';

/** `outage`: not only this request, every request of every tenant fails from then on. */
export type OriginalVerdict = 'allow' | 'deny' | 'outage';

const privilegedUser = 'admin';
const none = new Set<never>();

/** The order of questions of TKEStack's authorizer (pkg/auth/authorization/local), Casbin being asked as it asked it. */
export class OriginalAuthorizer {
  readonly #rules: readonly RuleSpec[];
  readonly #administrators: ReadonlyMap<string, ReadonlySet<string>>;

  /** @param administrators those of each tenant. */
  constructor(rules: Iterable<RuleSpec>, administrators: ReadonlyMap<string, ReadonlySet<string>>) {
    this.#rules = [...rules];
    this.#administrators = administrators;
  }

  verdict(spec: SubjectAccessReviewSpec): OriginalVerdict {
    if (this.#rules.some((rule) => poisonsReload(rule))) {
      return 'outage';
    }
    const { user = '', groups = [], resourceAttributes: asked } = spec;
    const tenant = tenantOf(spec);
    const administrators = tenant === '' ? undefined : this.#administrators.get(tenant);
    if (user === privilegedUser || administrators?.has(user) === true || isExempt(asked)) {
      return 'allow';
    }
    if (tenant !== '' && administrators === undefined) {
      return 'deny';
    }
    return contradictsClaims(spec) ? 'deny' : this.#ask(tenant, user, groups, spec);
  }

  #ask(tenant: string, user: string, groups: readonly string[], spec: SubjectAccessReviewSpec): OriginalVerdict {
    const { resourceAttributes, nonResourceAttributes: { verb = '', path = '' } = {} } = spec;
    const asked = resourceAttributes ? originalRequest(resourceAttributes, groups) : originalPathRequest(verb, path);
    const rows = this.#rules.map(rowOf);
    const patterns = rows.flatMap((row) =>
      row.kind === 'p'
        ? [
            [row.object, asked.object],
            [row.action, asked.action],
          ]
        : [],
    );
    const answers = patterns.map(([pattern = '', input = '']) => originalMatch(pattern, input));
    if (answers.includes('hangs')) {
      return 'outage';
    }
    // Casbin recovered the panic and said false.
    if (answers.includes('panics')) {
      return 'deny';
    }
    const subjects = [userKey(tenant, user), everyoneKey(tenant)] as const;
    const verdict = new Oracle(rows).ask({ ...asked, subjects, verb }, none);
    return verdict === 'allow' ? 'allow' : 'deny';
  }
}

/** A present but empty extra was the tenant called default. */
function tenantOf({ extra = {}, groups = [] }: SubjectAccessReviewSpec): string {
  const claimed =
    extra.tenantid?.[0] ?? (extra.tenantid ? '' : groups.find((group) => group.startsWith('tenant:'))?.slice(7));
  return claimed === '' ? 'default' : (claimed ?? '');
}

/** API keys were served to whoever asked. */
function isExempt(asked: ResourceAttributes | undefined): boolean {
  return asked?.group === 'auth.tkestack.io' && asked.resource === 'apikeys';
}

/** The two checks on what the client's headers claimed. */
function contradictsClaims({
  groups = [],
  resourceAttributes: { resource = '', namespace = '' } = {},
}: SubjectAccessReviewSpec): boolean {
  const [project, own] = ['project:', 'namespace:'].map((prefix) =>
    groups.find((group) => group.startsWith(prefix))?.slice(prefix.length),
  );
  const [, named] = /^project:(.*)$/.exec(resource) ?? [];
  return (
    (project !== undefined && named !== undefined && named !== project && named !== '*') ||
    (own !== undefined && own !== namespace)
  );
}

/** Commas made a row that Casbin refused on every decision; an unknown ptype crashed the process that reloaded. */
function poisonsReload({ ptype, ...columns }: RuleSpec): boolean {
  return (ptype !== 'p' && ptype !== 'g') || Object.values(columns).some((value: string) => value.includes(','));
}

function rowOf({ ptype, v0 = '', v1 = '', v2 = '', v3 = '', v4 = '' }: RuleSpec): Row {
  return ptype === 'p'
    ? { kind: 'p', policy: v0, object: v2, action: v3, effect: v4 === 'deny' ? 'deny' : 'allow' }
    : { kind: 'g', member: v0, role: v1, domain: v2 };
}
