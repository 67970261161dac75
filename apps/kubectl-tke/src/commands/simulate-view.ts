import type { ChangedAnswer, ChangedVerdict, PolicyRule, RoleLink } from '@tke/authz';
import type { ResourceAttributes } from '@tke/meta';

import { chainText, grantDocument, originOf, personOf, rowDocument, ruleText } from '../output/explanation.ts';
import { table } from '../output/table.ts';
import type { ObjectChange } from '../simulate/change-snapshot.ts';

/** What was asked of both states. */
export type Tried =
  | { readonly kind: 'requests'; readonly path: string; readonly different: number; readonly total: number }
  | { readonly kind: 'rows'; readonly questions: number; readonly subjects: number; readonly truncated: boolean };

export interface Simulation {
  readonly changes: readonly ObjectChange[];
  readonly problems: readonly (readonly [object: string, problems: readonly string[]])[];
  readonly added: readonly (PolicyRule | RoleLink)[];
  readonly removed: readonly (PolicyRule | RoleLink)[];
  /** Rules that present objects compile to and that are not there yet. */
  readonly behind: number;
  readonly tried: Tried;
  readonly verdicts: readonly (ChangedVerdict & { readonly count: number })[];
  readonly answers: readonly ChangedAnswer[];
}

type Verdict = ChangedVerdict['before'];

export function simulationDocument(simulation: Simulation): object {
  const { changes, problems, added, removed, behind, tried, verdicts, answers } = simulation;
  return {
    objects: changes,
    problems: Object.fromEntries(problems),
    rows: { added: added.map(rowDocument), removed: removed.map(rowDocument), behind },
    tried,
    changes: [
      ...verdicts.map(({ review, count, before, after }) => ({
        ...review,
        count,
        before: verdictDocument(before),
        after: verdictDocument(after),
      })),
      ...answers.map(({ question: { subject, request }, before, after }) => ({
        subject,
        action: request.action,
        object: request.object,
        project: request.domain,
        before: verdictDocument(before),
        after: verdictDocument(after),
      })),
    ],
  };
}

function verdictDocument({ kind, reason, decision }: Verdict): object {
  const by = decision === undefined || decision.kind === 'noOpinion' ? undefined : grantDocument(decision.by);
  return { decision: kind, reason, by };
}

export function simulationLines(simulation: Simulation): readonly string[] {
  const { changes, problems, added, removed, behind, tried, verdicts, answers } = simulation;
  const changed = [
    ...verdicts.map((each) => ({ who: who(each.review.spec.user, each.count), what: whatOf(each), ...each })),
    ...answers.map((each) => ({ who: personOf(each.question.request.subjects[0]), what: questionText(each), ...each })),
  ];
  return [
    ...table(
      ['OBJECT', 'CHANGE'],
      changes.map(({ object, action }) => [object, action]),
    ),
    ...problems.flatMap(([object, texts]) => texts.map((text) => `problem: ${object}: ${text}`)),
    `rows: ${added.length} added, ${removed.length} removed`,
    ...(behind > 0
      ? [`note: ${behind} rows of present objects are not written yet; the manager is behind or down`]
      : []),
    `tried: ${triedText(tried)}`,
    '',
    ...(changed.length === 0
      ? ['no answer changes']
      : changed.flatMap(({ who: subject, what, before, after }) => [
          `${answerText(before)} -> ${answerText(after)}: ${subject}: ${what}`,
          ...[before, after].map((verdict, at) => `  ${at === 0 ? 'before: ' : 'after:  '}${becauseOf(verdict)}`),
        ])),
  ];
}

function triedText(tried: Tried): string {
  if (tried.kind === 'requests') {
    return `${tried.different} different requests of ${tried.path} (${tried.total} recorded)`;
  }
  const questions = `the patterns of the changed rows as questions, ${tried.questions} in all, of ${tried.subjects} users and groups`;
  return tried.truncated ? `${questions}: there are more, use --requests` : questions;
}

function who(user = '', count: number): string {
  return count === 1 ? `user ${user}` : `user ${user} (${count} times)`;
}

function whatOf({ review: { spec, cluster } }: ChangedVerdict): string {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  const asked = resource === undefined ? `${path?.verb ?? ''} ${path?.path ?? ''}` : resourceText(resource);
  return `${asked}${after(' in cluster ', cluster)}`;
}

/** As one would type it: `get deployments.apps/web/scale -n shop`. */
function resourceText({ verb = '', resource = '', group, name, subresource, namespace }: ResourceAttributes): string {
  const target = `${resource}${after('.', group)}${after('/', name)}${after('/', subresource)}`;
  return `${verb} ${target}${after(' -n ', namespace)}`;
}

function after(mark: string, text: string | undefined): string {
  return text === undefined || text === '' ? '' : `${mark}${text}`;
}

function questionText({ question: { request } }: ChangedAnswer): string {
  return `${request.action} on ${request.object}${request.domain === '' ? '' : ` in project ${request.domain}`}`;
}

function answerText({ kind }: Verdict): string {
  return kind === 'noOpinion' ? 'no opinion' : kind;
}

function becauseOf({ reason, decision }: Verdict): string {
  return decision === undefined || decision.kind === 'noOpinion'
    ? reason
    : `${ruleText(decision.by.rule)} [${originOf(decision.by.rule)}], held as ${chainText(decision.by)} [${decision.by.path.map(originOf).join(', ')}]`;
}
