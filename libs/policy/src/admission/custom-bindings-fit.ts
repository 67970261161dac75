import type { Policy } from '@tke/api-auth';
import type { DeepReadonly } from '@tke/meta';
import type { FieldProblem } from '@tke/webhook';

import { maxPermissions } from '../compile/custom-policy-binding.ts';
import type { Directory } from '../compile/directory.ts';

/** A policy must not outgrow the bindings that use its actions: they would mean something else, or nothing. */
export function outgrownBindings(
  { metadata, spec }: DeepReadonly<Policy>,
  directory: Directory,
): readonly FieldProblem[] {
  const { length } = spec.statement.actions;
  return directory
    .customBindingsOfPolicy(metadata.name ?? '', spec.tenantID ?? '')
    .filter((binding) => length * binding.spec.resources.length > maxPermissions)
    .slice(0, 1)
    .map((binding) => ({
      field: 'spec.statement.actions',
      value: length,
      rule: `times the ${binding.spec.resources.length} resources of CustomPolicyBinding ${binding.metadata.namespace ?? ''}/${binding.metadata.name ?? ''} must not exceed ${maxPermissions}`,
      remedy: 'Use wider patterns or another policy.',
      type: 'Invalid',
    }));
}
