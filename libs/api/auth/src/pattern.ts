import { s } from '@tke/crd';
import type { Schema, ValidationRule } from '@tke/crd';

export type PatternKind = 'action' | 'resource';

/** Characters. */
export const maxPatternLength: Readonly<Record<PatternKind, number>> = { action: 128, resource: 512 };

// Patterns are globs in which `*` is any run of characters and `/:name` one segment. What is refused here stopped or crashed the
// decisions of every tenant in TKEStack, or changed its meaning there. `checkPattern` of the decision engine is the authority and
// says what is wrong in full; this holds while admission webhooks are down, and a test compares both.
const refused = [
  String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp},|\\^$()\[\]{}+?]`,
  String.raw`^\p{Zs}|\p{Zs}$`,
  // TKEStack read patterns as regular expressions too, in which `.*` is what `*` is here.
  String.raw`(^|[/:])\.\*`,
  // A name, up to the end of the segment, must follow `/:`. RE2 has no look-ahead to say it that way round.
  String.raw`/:([A-Za-z0-9_-]*[^A-Za-z0-9_/-]|/|$)`,
];
const refusedInActions = String.raw`[/\p{Zs}]`;

/** CEL: the text `operand` may be used as a pattern. */
export function isPattern(operand: string, kind: PatternKind): string {
  const alternatives = kind === 'action' ? [...refused, refusedInActions] : refused;
  return `!${operand}.matches(${JSON.stringify(alternatives.join('|'))})`;
}

const rule = String.raw`must be a glob without comma, | or other regular-expression characters (\ ^ $ ( ) [ ] { } + ?), without control or invisible characters, without a blank at either end, without .* at the begin of a segment, and with a name of letters, digits, - and _ behind /:`;

/** What `isPattern` asks for, to follow the name of a field. */
export const patternRule: Readonly<Record<PatternKind, string>> = {
  action: `${rule}; an action has no / and no blanks at all`,
  resource: rule,
};

export const actionPattern = pattern(
  'action',
  'Glob over actions such as getPod, listDeployments, createPodExec. Letter case does not matter.',
);

export const resourcePattern = pattern(
  'resource',
  'Glob over resources such as namespace:ns1/pod:web or cluster:cls-1/*. Letter case does not matter.',
);

// A CEL rule and not `pattern`, for the message: the API server reports a pattern as the bare regular expression.
function pattern(kind: PatternKind, description: string): Schema<string> {
  const wellFormed: ValidationRule = { rule: isPattern('self', kind), message: `a pattern ${patternRule[kind]}` };
  return s.string(description, { minLength: 1, maxLength: maxPatternLength[kind], rules: [wellFormed] });
}
