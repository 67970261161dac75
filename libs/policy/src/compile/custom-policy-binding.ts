import type { CustomPolicyBinding, Policy } from '@tke/api-auth';
import { everyDomain } from '@tke/authz';
import { keyOf, keyString, type DeepReadonly } from '@tke/meta';

import { link } from './bindings.ts';
import { Compilation } from './compilation.ts';
import type { CompiledSource } from './compiled.ts';
import type { Directory } from './directory.ts';
import { usablePatterns } from './patterns.ts';
import { expectProject, referredPolicy } from './references.ts';

/** Permissions of one binding, the same limit as a policy has for itself. */
export const maxPermissions = 4096;

/** The name by which the rows of a custom binding go. */
export function customRowKey({ spec }: DeepReadonly<CustomPolicyBinding>): string {
  return `${spec.rulePrefix}-${spec.policyID}`;
}

/** The actions and effect of the policy on resources of the binding's own, for its subjects, in its domain. */
export function compileCustomPolicyBinding(
  binding: DeepReadonly<CustomPolicyBinding>,
  directory: Directory,
): CompiledSource {
  const into = new Compilation();
  const { spec } = binding;
  const { tenantID: tenant = '', policyID, domain } = spec;
  const policy = referredPolicy({ name: policyID, field: 'spec.policyID', tenant }, directory, into);
  if (domain !== everyDomain) {
    expectProject({ name: domain, field: 'spec.domain', tenant }, directory, into);
  }
  const key = customRowKey(binding);
  const usable = ownsKey(binding, key, directory, into) && grantPermissions(binding, policy, key, into);
  link(spec, usable ? { holds: key, domain } : undefined, directory, into);
  return into.finish();
}

function grantPermissions(
  { spec }: DeepReadonly<CustomPolicyBinding>,
  policy: DeepReadonly<Policy> | undefined,
  key: string,
  into: Compilation,
): boolean {
  const resources = usablePatterns('resource', spec.resources, 'spec.resources', into);
  if (policy === undefined) {
    return false;
  }
  const { actions, effect } = policy.spec.statement;
  const fits = actions.length * resources.length <= maxPermissions;
  if (!fits) {
    into.defect({
      code: 'TooManyRules',
      field: 'spec.resources',
      value: resources.length,
      rule: `times the ${actions.length} actions of the policy must not exceed ${maxPermissions}`,
      remedy: 'Use wider patterns or several bindings.',
      type: 'Invalid',
    });
  }
  if (!fits && effect === 'allow') {
    return false;
  }
  // What denies must not end by growing: it denies more then, every action, which takes one row for each resource.
  const kept = fits ? actions : ['*'];
  // Actions that are no patterns are the policy's defect, and reported there.
  for (const action of usablePatterns('action', kept, '', new Compilation())) {
    for (const { text, field } of resources) {
      into.grant({ kind: 'p', policy: key, object: text, action: action.text, effect }, field, 'InvalidPattern');
    }
  }
  return true;
}

/**
 * Two bindings under one name would have each other's subjects and resources. The older one stands. Names of policies and
 * roles cannot be met: the schema keeps their prefixes to themselves.
 */
function ownsKey(
  binding: DeepReadonly<CustomPolicyBinding>,
  key: string,
  directory: Directory,
  into: Compilation,
): boolean {
  const holder = directory.customBindingOf(key, binding.spec.tenantID);
  if (holder === undefined || keyString(keyOf(holder)) === keyString(keyOf(binding))) {
    return true;
  }
  into.defect({
    code: 'NameTaken',
    field: 'spec.rulePrefix',
    value: binding.spec.rulePrefix,
    rule: `must not make "${key}" together with the policyID: another CustomPolicyBinding does`,
    remedy: 'Create the binding with another rulePrefix.',
    type: 'Duplicate',
  });
  return false;
}
