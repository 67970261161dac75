import type { ValidationRule } from '@tke/crd';

// Kubernetes' own rules of ResourceQuota (pkg/apis/core/helper and core/validation), so that no member refuses what the hub took.

/** Names without a slash that are counted in whole objects. */
const counted = [
  ...['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'],
  ...['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'],
] as const;

/** The other names without a slash. Those of huge pages, which end in a size, are allowed beside them. */
const measured = [
  ...['cpu', 'memory', 'ephemeral-storage', 'requests.storage'],
  ...['cpu', 'memory', 'ephemeral-storage'].flatMap((name) => [`requests.${name}`, `limits.${name}`]),
] as const;

const longestAmount = 24;

const celNumbers = (count: number) => `[${Array.from({ length: count }, (_, index) => index).join(', ')}]`;
const celList = (names: readonly string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;

// IsQualifiedName of apimachinery, with a prefix.
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const qualified = String.raw`k.matches('^${label}(\\.${label})*/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$')`;
const hugePages = "k.startsWith('hugepages-') || k.startsWith('requests.hugepages-')";
const isName = `k in ${celList([...counted, ...measured])} || ${hugePages} || ${qualified}`;
const isCounted = `(k in ${celList(counted)} || k.contains('/'))`;

// Not by quantity(): before 1.34 the cost estimate of CEL takes every amount for a text of 3 MiB (kubernetes/kubernetes pull request
// 132837). The cost of charAt, size and endsWith does not depend on the text. As the API server writes amounts, whole ones
// have no point, no negative exponent and no suffix below one; 2000m is what people write.
const amount = 'self[k]';
const positions = celNumbers(longestAmount);
const hasNoFraction = `${positions}.all(i, i >= ${amount}.size() || !(${amount}.charAt(i) in ['.', '-']))`;
const hasNoSmallUnit = `(${amount}.endsWith('000m') || !['m', 'u', 'n'].exists(unit, ${amount}.endsWith(unit)))`;
const isWhole = `type(${amount}) == int || (${amount}.size() <= ${longestAmount} && ${hasNoFraction} && ${hasNoSmallUnit})`;
const isNotNegative = `type(${amount}) == int ? ${amount} >= 0 : !${amount}.startsWith('-')`;

/** A rule over the keys of a map, `k` each. The message names the first one that breaks it between its two parts. */
function ruleForKeys(field: string, holds: string, message: { must: string; remedy: string }): ValidationRule {
  const { must, remedy } = message;
  return {
    rule: `self.all(k, ${holds})`,
    message: `${field} must ${must}: ${remedy}`,
    messageExpression: `'${field}[' + self.filter(k, !(${holds}))[0] + '] must ${must}: ${remedy}'`,
  };
}

/** CEL rules of a map from names of resources to amounts. */
export function quotaRules(field: string): readonly ValidationRule[] {
  return [
    ruleForKeys(field, isName, {
      must: 'have a name that a ResourceQuota knows',
      remedy: 'correct it, e.g. to requests.cpu, pods or requests.nvidia.com/gpu',
    }),
    ruleForKeys(field, isNotNegative, { must: 'not be negative', remedy: 'use 0 for nothing at all' }),
    ruleForKeys(field, `!${isCounted} || ${isWhole}`, {
      must: 'be a whole number, because objects and devices are counted',
      remedy: 'write it like 10',
    }),
  ];
}
