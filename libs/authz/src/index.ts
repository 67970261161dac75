export { authzErrors } from './errors.ts';
export { checkPattern, maxPatternLength, type PatternKind, type PatternProblem } from './pattern/check.ts';
export { compilePattern } from './pattern/compile.ts';
export { matches } from './pattern/match.ts';
export { overlapsCollection, type NameShape } from './pattern/overlap.ts';
export { fold, type Folded, type Pattern } from './pattern/pattern.ts';
export { namesVerb } from './pattern/verb.ts';
export { everyoneKey, groupKey, userKey } from './rows/keys.ts';
export { maxKeyLength, parseRow, type ParsedRow, type RowDefect } from './rows/parse-row.ts';
export {
  everyDomain,
  rowText,
  ruleSpec,
  type Effect,
  type LinkRow,
  type PolicyRow,
  type Row,
  type RuleColumn,
  type RuleSpec,
} from './rows/row.ts';
export { ruleName } from './rows/rule-name.ts';
export type { PolicyRule, RoleLink } from './index/entries.ts';
export { RuleIndex, type DefectiveRule, type PolicyRules } from './index/rule-index.ts';
export { maxLinkDepth, pathTo, reach, type Reached } from './index/reach.ts';
export { decide } from './decide/decide.ts';
export { maxReasonLength, reasonOf, type Decision, type DecisionEngine, type Explanation } from './decide/decision.ts';
export { isReservedVerb, type AccessRequest } from './decide/request.ts';
export { actionOf, kindOf, type ResourceTarget } from './sar/action.ts';
export { callerOf, type Caller } from './sar/caller.ts';
export { requestOf, type Question, type RequestOptions } from './sar/request.ts';
export { singularOf } from './sar/singular.ts';
export { Authorizer, type AuthorizerOptions, type ReviewOptions } from './authorizer/authorizer.ts';
export {
  ProjectIndex,
  TenantIndex,
  type GroupResource,
  type ProjectDirectory,
  type ResourceOwnership,
  type Tenant,
  type TenantDirectory,
} from './authorizer/directories.ts';
export { statusOf, type Verdict } from './authorizer/verdict.ts';
export { builtinModel } from './casbin/builtin-model.ts';
export { CasbinEngine } from './casbin/casbin-engine.ts';
export { engineOf } from './casbin/engine.ts';
export { parseModel, type ParsedModel } from './casbin/parse-model.ts';
