import { administers, verdictOf } from '../authorizer/administrators.ts';
import type { Verdict } from '../authorizer/verdict.ts';
import { commonDomain, keyOf, type Standing } from '../cover/walk.ts';
import { decide } from '../decide/decide.ts';
import type { AccessRequest } from '../decide/request.ts';
import { rowOf, type PolicyRule, type RoleLink } from '../index/entries.ts';
import { maxLinkDepth, reach } from '../index/reach.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { everyDomain, rowText } from '../rows/row.ts';
import { parseSubjectKey, subjectsOf, type SubjectName } from '../rows/subject-key.ts';
import type { DecisionBasis } from './basis.ts';
import { verbOf } from './verb.ts';

/** The patterns of a row as a question: whether all of it is held, denied, or neither. */
export interface PatternQuestion {
  readonly subject: SubjectName;
  readonly request: AccessRequest;
}

export interface ChangedAnswer {
  readonly question: PatternQuestion;
  readonly before: Verdict;
  readonly after: Verdict;
}

export interface PatternQuestions {
  readonly questions: readonly PatternQuestion[];
  /** Whether there were more than the limit. */
  readonly truncated: boolean;
}

type Entry = PolicyRule | RoleLink;

/**
 * The questions that the rows which differ between two indexes are about: for every subject that reaches such a row, in
 * every domain in which it does, the patterns of that row; for a link, those of all rows behind it.
 */
export function patternQuestions(before: RuleIndex, after: RuleIndex, limit = 20_000): PatternQuestions {
  const questions = new Map<string, PatternQuestion>();
  for (const question of allQuestions(before, after)) {
    const { subjects, domain, object, action } = question.request;
    questions.set([subjects[0], domain, object, action].join('\0'), question);
    if (questions.size > limit) {
      return { questions: [...questions.values()].slice(0, limit), truncated: true };
    }
  }
  return { questions: [...questions.values()], truncated: false };
}

/** Of what is gone, whom it reached before; of what is new, whom it reaches after. */
function* allQuestions(before: RuleIndex, after: RuleIndex): Generator<PatternQuestion> {
  for (const [index, other] of [[before, after] as const, [after, before] as const]) {
    const members = membersOf(index);
    for (const changed of entriesMissingIn(other, index)) {
      yield* questionsOf(changed, index, members);
    }
  }
}

/** The questions whose answers differ. They are asked of the rows and the administrators: no object, so no other tenant's. */
export function compareAnswers(
  before: DecisionBasis,
  after: DecisionBasis,
  questions: readonly PatternQuestion[],
): readonly ChangedAnswer[] {
  return questions
    .map((question) => ({ question, before: answerTo(question, before), after: answerTo(question, after) }))
    .filter((compared) => compared.before.kind !== compared.after.kind);
}

/** A question about everything ordinary, for those who begin or cease to administer a tenant. */
export function everythingBy(subject: SubjectName): PatternQuestion {
  return questionOf(subject, '', '*', '*');
}

function answerTo({ subject, request }: PatternQuestion, { rules, tenants }: DecisionBasis): Verdict {
  const { kind, tenant, name: user } = subject;
  const administrator = kind === 'user' && administers(tenants.tenant(tenant), user, request);
  return verdictOf(decide(rules, request), request, administrator ? { tenant, user } : undefined);
}

/** The entries of `index` that `other` does not have under the same name with the same row. */
export function entriesMissingIn(other: RuleIndex, index: RuleIndex): readonly Entry[] {
  const rows = new Map<string, string>();
  for (const entry of other.entries()) {
    rows.set(entry.name, rowText(rowOf(entry)));
  }
  return [...index.entries()].filter((entry) => rows.get(entry.name) !== rowText(rowOf(entry)));
}

/** Links by what they lead to. */
function membersOf(index: RuleIndex): ReadonlyMap<string, readonly RoleLink[]> {
  const links = [...index.entries()].filter((entry) => entry.kind === 'g');
  return Map.groupBy(links, ({ role }) => role);
}

function* questionsOf(
  changed: Entry,
  index: RuleIndex,
  members: ReadonlyMap<string, readonly RoleLink[]>,
): Generator<PatternQuestion> {
  const start: Standing =
    changed.kind === 'p'
      ? { name: changed.policy, domain: everyDomain }
      : { name: changed.member, domain: changed.domain };
  for (const { subject, domain } of holdersOf(start, members)) {
    for (const rule of changed.kind === 'p' ? [changed] : rulesBehind(changed, domain, index)) {
      yield questionOf(subject, domain === everyDomain ? '' : domain, rule.object.text, rule.action.text);
    }
  }
}

function questionOf(subject: SubjectName, domain: string, object: string, action: string): PatternQuestion {
  return { subject, request: { subjects: subjectsOf(subject), domain, object, action, verb: wordOf(action) } };
}

/** A pattern that spells no verb out asks for ordinary ones. */
function wordOf(action: string): string {
  const verb = verbOf(action);
  return verb === '' ? 'get' : verb;
}

function* rulesBehind(link: RoleLink, domain: string, index: RuleIndex): Generator<PolicyRule> {
  for (const { name } of reach(index, [link.role], domain)) {
    const rules = index.policy(name);
    yield* rules?.allow?.rules() ?? [];
    yield* rules?.deny?.rules() ?? [];
  }
}

/** The subjects that reach a standing, and the domains in which they do. */
function* holdersOf(
  start: Standing,
  members: ReadonlyMap<string, readonly RoleLink[]>,
): Generator<{ readonly subject: SubjectName; readonly domain: string }> {
  const seen = new Set([keyOf(start)]);
  let frontier: readonly Standing[] = [start];
  for (let depth = 0; depth <= maxLinkDepth && frontier.length > 0; depth += 1) {
    for (const { name, domain } of frontier) {
      const subject = parseSubjectKey(name);
      if (subject !== undefined) {
        yield { subject, domain };
      }
    }
    frontier = frontier.flatMap((standing) => behind(standing, members)).filter((standing) => isNew(standing, seen));
  }
}

/** One link back; links of two projects do not follow each other. */
function behind(to: Standing, members: ReadonlyMap<string, readonly RoleLink[]>): readonly Standing[] {
  return (members.get(to.name) ?? []).flatMap((link) => {
    const domain = commonDomain(to.domain, link.domain);
    return domain === undefined ? [] : [{ name: link.member, domain }];
  });
}

function isNew(standing: Standing, seen: Set<string>): boolean {
  const key = keyOf(standing);
  const isKnown = seen.has(key);
  seen.add(key);
  return !isKnown;
}
