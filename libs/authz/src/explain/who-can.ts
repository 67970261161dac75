import type { SubjectAccessReviewSpec } from '@tke/meta';

import { administers } from '../authorizer/administrators.ts';
import type { ReviewOptions } from '../authorizer/authorizer.ts';
import { objectionTo, type Objection } from '../authorizer/objection.ts';
import { decide } from '../decide/decide.ts';
import type { Explanation } from '../decide/decision.ts';
import type { AccessRequest } from '../decide/request.ts';
import { reach } from '../index/reach.ts';
import type { RuleIndex } from '../index/rule-index.ts';
import { everyoneKey } from '../rows/keys.ts';
import { parseSubjectKey, subjectsOf, type SubjectName } from '../rows/subject-key.ts';
import { requestOf, type Question } from '../sar/request.ts';
import type { DecisionBasis } from './basis.ts';

/** Somebody whose request would be allowed. */
export type Grantee =
  | { readonly kind: 'administrator'; readonly name: string }
  | {
      readonly kind: SubjectName['kind'];
      readonly name: string;
      readonly by: Explanation;
      /** Users known to be among them whom a policy denies it all the same. */
      readonly except: readonly string[];
    };

/** What is known of one tenant: who can, or why nobody can. */
export interface TenantGrantees {
  readonly tenant: string;
  readonly objection: Objection | undefined;
  /** Empty with an objection. */
  readonly grantees: readonly Grantee[];
}

/** What is asked, without who asks. */
export type Asked = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>;

/**
 * Everybody the rows name whose request would be allowed. Users that an external directory puts into groups are not
 * known by name: their group stands for them.
 * @throws ReviewIncomplete
 */
export function whoCan(
  basis: DecisionBasis,
  tenants: readonly string[],
  asked: Asked,
  options: ReviewOptions = {},
): readonly TenantGrantees[] {
  const question = requestOf(asked, { cluster: options.cluster, projects: basis.projects });
  const subjects = Map.groupBy(namedSubjects(basis.rules), ({ tenant }) => tenant);
  return tenants.map((tenant) => {
    const objection = objectionTo(question, tenant, basis, options.cluster);
    const named = subjects.get(tenant) ?? [];
    return { tenant, objection, grantees: objection === undefined ? granteesOf(basis, tenant, question, named) : [] };
  });
}

function granteesOf(
  basis: DecisionBasis,
  tenant: string,
  question: Question,
  named: readonly SubjectName[],
): readonly Grantee[] {
  const administrators = administratorsOf(basis, tenant, question);
  const allowed: { subject: SubjectName; by: Explanation }[] = [];
  const denied: SubjectName[] = [];
  for (const subject of named) {
    const decision = decide(basis.rules, { ...question, subjects: subjectsOf(subject) });
    if (decision.kind === 'allow') {
      allowed.push({ subject, by: decision.by });
    } else if (decision.kind === 'deny' && subject.kind === 'user') {
      denied.push(subject);
    }
  }
  const reachedByDenied = denied.map((subject) => ({
    name: subject.name,
    keys: new Set(reach(basis.rules, subjectsOf(subject), question.domain).map(({ name }) => name)),
  }));
  const exceptOf = (subject: SubjectName) =>
    subject.kind === 'user'
      ? []
      : reachedByDenied.filter(({ keys }) => keys.has(subjectsOf(subject)[0])).map(({ name }) => name);
  return [
    ...administrators.map((name): Grantee => ({ kind: 'administrator', name })),
    ...allowed
      .filter(({ subject, by }) => isNews(subject, by, administrators))
      .map(({ subject, by }): Grantee => ({ kind: subject.kind, name: subject.name, by, except: exceptOf(subject) })),
  ];
}

/** Administrators are listed as such, and what everybody holds is told once, of everyone. */
function isNews(subject: SubjectName, by: Explanation, administrators: readonly string[]): boolean {
  const administers = subject.kind === 'user' && administrators.includes(subject.name);
  return !administers && (subject.kind === 'everyone' || by.subject !== everyoneKey(subject.tenant));
}

/** The administrators of the tenant, if the request is one they need no row for, but for those whom a row denies it. */
function administratorsOf({ rules, tenants }: DecisionBasis, tenant: string, question: Question): readonly string[] {
  const request = (name: string): AccessRequest => ({
    ...question,
    subjects: subjectsOf({ tenant, kind: 'user', name }),
  });
  const known = tenants.tenant(tenant);
  return [...(known?.administrators ?? [])]
    .filter((name) => administers(known, name, question) && decide(rules, request(name)).kind !== 'deny')
    .sort();
}

/** Every user, group and everyone that a row names, each once, sorted. */
export function namedSubjects(index: RuleIndex): readonly SubjectName[] {
  const keys = new Set<string>();
  for (const entry of index.entries()) {
    keys.add(entry.kind === 'g' ? entry.member : entry.policy);
  }
  return [...keys]
    .sort()
    .map(parseSubjectKey)
    .filter((subject) => subject !== undefined);
}
