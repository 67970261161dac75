import { apiSigningKey, category, localIdentity, policy, rule, type Policy } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import type { KindAdmission, KindChecks, TenantObject } from '@tke/webhook';

import type { Unresolved } from '../compile/compiled.ts';
import type { Directory } from '../compile/directory.ts';
import { CacheDirectory } from '../directory.ts';
import { EscalationGuard } from '../escalation/escalation-guard.ts';
import { unreadRules, type FollowedRules } from '../escalation/followed-rules.ts';
import { checkIdentity } from '../identity/check-identity.ts';
import { checkRule } from '../rules/check-rule.ts';
import { sourceTextOf } from '../rules/rule-object.ts';
import type { RuleSource, SourceObject } from '../rules/rule-source.ts';
import { ruleSources } from '../rules/sources.ts';
import { outgrownBindings } from './custom-bindings-fit.ts';
import { providerAdmission } from './identity-provider.ts';
import { identityLeftovers } from './leftovers.ts';
import { platformOnlyAdmission } from './platform-only-admission.ts';
import { seedMarkProblems } from './seed-marks.ts';
import { shippedPolicyProblems } from './shipped-policies.ts';
import { tenantAdmission } from './tenant-admission.ts';

/**
 * Admission of the kinds of auth.tkestack.io. Reads the cache only; `registerInformers` says what must be in it.
 * @param rules what callers hold (`followRules`). Without it no user of a tenant can grant anything.
 * @param guard that of the process, where other kinds are guarded too: what one admits the other must know.
 */
export function policyAdmissions(
  cache: CacheReader,
  rules: FollowedRules = unreadRules(),
  guard = new EscalationGuard({ cache, rules }),
): readonly KindAdmission[] {
  const directory = new CacheDirectory(cache);
  const identityAdmission = tenantAdmission(
    {
      kind: localIdentity,
      examine: (object) => ({ problems: checkIdentity(object, directory), warnings: identityLeftovers(object) }),
    },
    directory,
  );
  return [
    ...ruleSources(cache).map((source) => tenantAdmission(checksOf(source, directory, guard), directory)),
    identityAdmission,
    providerAdmission,
    ruleAdmission,
    platformOnlyAdmission({ kind: category }),
    platformOnlyAdmission({ kind: apiSigningKey }),
  ];
}

type Source = SourceObject & TenantObject;

/** An object is checked by compiling it, the same as its reconciler does when no webhook was asked. */
function checksOf(source: RuleSource, directory: Directory, guard: EscalationGuard): KindChecks<Source> {
  const isPolicy = source.kind.kind === policy.kind;
  return {
    kind: source.kind as KindChecks<Source>['kind'],
    authorize: async (request) => [...seedMarkProblems(request), ...(await guard.problems(request))],
    change: (request) => ({ problems: isPolicy ? shippedPolicyProblems(request) : [], warnings: [] }),
    examine: (object) => {
      const { defects, unresolved } = source.compile(object, directory);
      const outgrown = isPolicy ? outgrownBindings(object as DeepReadonly<Policy>, directory) : [];
      return { problems: [...outgrown, ...defects], warnings: unresolved.flatMap(unresolvedWarnings) };
    },
  };
}

function unresolvedWarnings({ field, reason, detail }: Unresolved): readonly string[] {
  // Told once, of the tenant, and not of each of its subjects.
  return reason === 'TenantNotFound' ? [] : [`${field}: ${detail}; until that changes it grants nothing`];
}

const ruleAdmission = platformOnlyAdmission({
  kind: rule,
  examine: (object) => ({ problems: checkRule(object), warnings: [] }),
  change: ({ object, oldObject }) => {
    const source = object && oldObject && sourceTextOf(object);
    const warning = `this Rule is made from ${source ?? ''} and will be made so again: change that object instead`;
    return { problems: [], warnings: source === undefined ? [] : [warning] };
  },
});
