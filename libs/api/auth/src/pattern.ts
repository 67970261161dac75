import { s } from '@tke/crd';
import type { Schema, ValidationRule } from '@tke/crd';

const allowed = String.raw`[^/\x00-\x1f\x7f-\x9f,|]`;
const allowedButColon = String.raw`[^/:\x00-\x1f\x7f-\x9f,|]`;

// Globs in which `*` is any run of characters and `/:name` one segment. What is refused here stopped or crashed the decisions of
// every tenant in TKEStack, or changed its meaning there. `checkPattern` of the decision engine is the authority; this holds while
// admission webhooks are down.
const glob = `^${allowed}*(/(${allowedButColon}${allowed}*|:${allowed}+)?)*$`;

export const maxActionLength = 128;
export const maxResourceLength = 512;

/** CEL: the text `operand` is a glob pattern. */
export function isGlob(operand: string): string {
  return `${operand}.matches(${JSON.stringify(glob)}) && !${operand}.startsWith(' ') && !${operand}.endsWith(' ')`;
}

export const globRule =
  'must not contain a comma, | or a control character, an empty name behind /:, or a blank at either end';

export const actionPattern = pattern(
  'Glob over actions such as getPod, listDeployments, createPodExec. Letter case does not matter.',
  maxActionLength,
);

export const resourcePattern = pattern(
  'Glob over resources such as namespace:ns1/pod:web or cluster:cls-1/*. Letter case does not matter.',
  maxResourceLength,
);

// A CEL rule and not `pattern`, for the message: the API server reports a pattern as the bare regular expression.
function pattern(description: string, maxLength: number): Schema<string> {
  const wellFormed: ValidationRule = { rule: isGlob('self'), message: `a pattern ${globRule}` };
  return s.string(description, { minLength: 1, maxLength, rules: [wellFormed] });
}
