export { checkPattern } from './pattern/check.ts';
export { everyoneKey, groupKey, userKey } from './rows/keys.ts';
export { parseRow, type RowDefect } from './rows/parse-row.ts';
export { everyDomain, ruleSpec, type Row, type RuleSpec } from './rows/row.ts';
export { ruleName } from './rows/rule-name.ts';
export { RuleIndex, type DefectiveRule } from './index/rule-index.ts';
export { callerOf, tenantExtraKeys, tenantGroupPrefix, type Caller } from './sar/caller.ts';
export { Authorizer, type AuthorizerOptions, type ReviewOptions } from './authorizer/authorizer.ts';
export { ProjectIndex, TenantIndex } from './authorizer/directories.ts';
export { statusOf, type Verdict } from './authorizer/verdict.ts';
export { builtinModel } from './casbin/builtin-model.ts';
export { engineOf } from './casbin/engine.ts';
export type { DecisionBasis, Objection } from './explain/basis.ts';
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
  type PatternQuestion,
} from './explain/pattern-questions.ts';
export { permissionsOf, type Permission } from './explain/permissions.ts';
export { subjectsOf, type SubjectName } from './explain/subject-key.ts';
export { verbOf } from './explain/verb.ts';
export { whoCan, type Asked, type Grantee, type TenantGrantees } from './explain/who-can.ts';
export { rowOf, type PolicyRule, type RoleLink } from './index/entries.ts';
export { rowText } from './rows/row.ts';
export type { Explanation } from './decide/decision.ts';
export { Holder, type HeldRows, type PowerOver, type TenantUser } from './cover/holder.ts';
export { type MissingRow, type Statement } from './cover/holdings.ts';
export { walk, type Link } from './cover/walk.ts';
export { WorkBudget } from './cover/work.ts';
export { type Effect } from './rows/row.ts';
export { parseSubjectKey } from './explain/subject-key.ts';
