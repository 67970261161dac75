import type { ValidationRule } from '@tke/crd';

// Policies (`pol-x`), roles (`rol-x`) and custom bindings (`<rulePrefix>-<policyID>`) share one namespace of row names. Were they free to
// choose, a Role or rulePrefix that spells the name of somebody's Policy would hand out that Policy, in any tenant.

export function nameStartsWith(prefix: 'pol-' | 'rol-'): ValidationRule {
  return {
    rule: `self.metadata.name.startsWith('${prefix}')`,
    message: `metadata.name must start with ${prefix}: rename the object, or set metadata.generateName to ${prefix}`,
    fieldPath: '.metadata.name',
  };
}

export const freeRulePrefix: ValidationRule = {
  rule: "!self.rulePrefix.matches('^(pol|rol)(-.*)?$')",
  message: 'rulePrefix must not be pol or rol nor start with pol- or rol-: those are names of policies and roles',
  fieldPath: '.rulePrefix',
};
