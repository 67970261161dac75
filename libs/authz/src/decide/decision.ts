import type { PolicyRule, RoleLink } from '../index/entries.ts';
import { rowOf } from '../index/entries.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { rowText } from '../rows/row.ts';
import type { AccessRequest } from './request.ts';

/** The row that decided and how the caller holds it. */
export interface Explanation {
  readonly subject: string;
  /** From the subject to the policy; empty when the row names the subject itself. */
  readonly path: readonly RoleLink[];
  readonly rule: PolicyRule;
}

export type Decision =
  | { readonly kind: 'allow'; readonly by: Explanation }
  | { readonly kind: 'deny'; readonly by: Explanation }
  /** `policies`: how many the caller holds here. */
  | { readonly kind: 'noOpinion'; readonly policies: number };

/** Answers a request from the rows. */
export type DecisionEngine = (index: RuleIndex, request: AccessRequest) => Decision;

/** Characters of a reason. */
export const maxReasonLength = 1024;

/** One line that says which policy, row and bindings decided. */
export function reasonOf(decision: Decision, request: AccessRequest): string {
  const asked = `${quoted(request.action)} on ${quoted(request.object)}${request.domain === '' ? '' : ` in project ${quoted(request.domain)}`}`;
  if (decision.kind === 'noOpinion') {
    return oneLine(`no policy of ${quoted(request.subjects[0])} allows ${asked} (${decision.policies} considered)`);
  }
  const { rule, path, subject } = decision.by;
  const held = path.map((link) => ` -> ${link.role} [${link.domain}; ${originOf(link)}]`).join('');
  const verb = decision.kind === 'allow' ? 'allows' : 'denies';
  return oneLine(
    `policy ${quoted(rule.policy)} ${verb} ${asked} by row "${rowText(rowOf(rule))}" [${originOf(rule)}], held as ${subject}${held}`,
  );
}

/** Makes a text safe for a header, a log line and a terminal. */
export function oneLine(text: string): string {
  const line = /[^ -~]/.test(text) ? text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '?') : text;
  return line.length <= maxReasonLength ? line : `${line.slice(0, maxReasonLength - 1)}…`;
}

function originOf({ name, source }: PolicyRule | RoleLink): string {
  return source === undefined ? `Rule/${name}` : `Rule/${name} of ${source}`;
}

function quoted(text: string): string {
  return `"${text.length <= 256 ? text : `${text.slice(0, 255)}…`}"`;
}
