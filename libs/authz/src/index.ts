export { Authorizer, type AuthorizerOptions } from './authorizer/authorizer.ts';
export { ProjectIndex, TenantIndex } from './authorizer/directories.ts';
export { statusOf, type Verdict } from './authorizer/verdict.ts';
export { builtinModel } from './casbin/builtin-model.ts';
export { engineOf } from './casbin/engine.ts';
export { heldPolicies, type HeldPolicies } from './cover/held-policies.ts';
export { Holder, type PowerOver, type TenantUser } from './cover/holder.ts';
export type { MissingRow, Statement } from './cover/holdings.ts';
export { walk, type Link } from './cover/walk.ts';
export { WorkBudget } from './cover/work.ts';
export type { Explanation } from './decide/decision.ts';
export type { DecisionBasis } from './explain/basis.ts';
export { compareVerdicts, type ChangedVerdict, type RecordedReview } from './explain/compare.ts';
export {
  explainReview,
  type DenyConsidered,
  type ReviewExplanation,
  type RowsExplanation,
} from './explain/explain-review.ts';
export type { NearMiss } from './explain/near-misses.ts';
export {
  compareAnswers,
  entriesMissingIn,
  everythingBy,
  patternQuestions,
  type ChangedAnswer,
} from './explain/pattern-questions.ts';
export { permissionsOf, type HeldPermission } from './explain/permissions.ts';
export { whoCan, type Asked, type Grantee, type TenantGrantees } from './explain/who-can.ts';
export { rowOf, type PolicyRule, type RoleLink } from './index/entries.ts';
export { RuleIndex, type DefectiveRule } from './index/rule-index.ts';
export { checkPattern } from './pattern/check.ts';
export { everyoneKey, groupKey, userKey } from './rows/keys.ts';
export { parseRow } from './rows/parse-row.ts';
export { everyDomain, rowText, ruleSpec, type Effect, type Row, type RuleSpec } from './rows/row.ts';
export { ruleName } from './rows/rule-name.ts';
export { parseSubjectKey, type SubjectName } from './rows/subject-key.ts';
export { callerOf, tenantExtraKeys, tenantGroupPrefix, type Caller } from './sar/caller.ts';
