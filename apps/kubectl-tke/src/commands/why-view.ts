import type { Asked, DenyConsidered, NearMiss, ReviewExplanation, RowsExplanation } from '@tke/authz';

import {
  chainCells,
  grantDocument,
  objectionDocument,
  originOf,
  rowDocument,
  ruleText,
} from '../output/explanation.ts';
import { table } from '../output/table.ts';

export interface About {
  readonly user: string;
  readonly tenant: string;
  readonly cluster: string | undefined;
  readonly asked: Asked;
  readonly revision: string;
}

/** Denies that miss are many where policies are cut fine; documents have them all. */
const deniesShown = 5;

export function whyDocument(about: About, { verdict, rows }: ReviewExplanation): object {
  return {
    decision: verdict.kind,
    reason: verdict.reason,
    from: 'rules',
    rulesAt: about.revision,
    user: about.user,
    tenant: about.tenant,
    cluster: about.cluster,
    ...about.asked,
    ...(rows && {
      question: {
        action: rows.request.action,
        object: rows.request.object,
        project: rows.request.domain,
        subjects: rows.request.subjects,
      },
      administrator: rows.administers,
      objection: objectionDocument(rows.objection),
      grants: rows.grants.map(grantDocument),
      denies: rows.denies.map(({ by, failed }) => ({ ...grantDocument(by), applies: failed === undefined, failed })),
      nearest: rows.nearest.map((miss) => ({
        failed: miss.failed,
        detail: failureText(miss, rows),
        ...(miss.failed === 'holder'
          ? { policy: miss.rule.policy, ...rowDocument(miss.rule) }
          : grantDocument(miss.held)),
      })),
    }),
  };
}

export function whyLines(about: About, { verdict, rows }: ReviewExplanation): readonly string[] {
  const head = rows === undefined ? `no: ${verdict.reason}` : headline(about, verdict.kind, rows);
  return rows === undefined ? [head] : [head, questionLine(about, rows), ...sections(rows, verdict.kind)];
}

function headline({ user, tenant }: About, kind: string, rows: RowsExplanation): string {
  const [grant] = rows.grants;
  const denial = rows.denies.find(({ failed }) => failed === undefined);
  if (rows.objection !== undefined) {
    return `no: ${rows.objection.verdict.reason}`;
  }
  if (kind === 'deny') {
    return `no: policy ${denial?.by.rule.policy ?? ''} denies it`;
  }
  if (kind === 'allow') {
    return rows.administers
      ? `yes: ${user} is an administrator of tenant ${tenant}`
      : `yes: policy ${grant?.rule.policy ?? ''} allows it`;
  }
  return 'no: no policy allows it (RBAC may still)';
}

function questionLine({ user, tenant, cluster }: About, { request }: RowsExplanation): string {
  const where = [
    `user ${user} of tenant ${tenant}`,
    ...(cluster === undefined ? [] : [`cluster ${cluster}`]),
    request.domain === '' ? 'no project' : `project ${request.domain}`,
  ].join(', ');
  return `asked: ${request.action} on ${request.object} (${where})`;
}

function sections(rows: RowsExplanation, kind: string): readonly string[] {
  const outweighed = kind === 'allow' ? 'allowed by' : rows.objection === undefined ? 'outweighed' : 'of no avail';
  return [
    ...rows.grants.flatMap((grant, at) => section(at === 0 ? outweighed : 'and by', chainCells(grant))),
    ...deniesSection(rows.denies),
    ...nearestSection(rows),
  ];
}

function section(title: string, cells: readonly (readonly [string, string])[]): readonly string[] {
  return ['', `${title}:`, ...aligned(cells)];
}

function aligned(cells: readonly (readonly [string, string])[]): readonly string[] {
  return table(['', ''], cells)
    .slice(1)
    .map((line) => `  ${line}`);
}

function deniesSection(denies: readonly DenyConsidered[]): readonly string[] {
  const applied = denies.filter(({ failed }) => failed === undefined);
  const missed = denies.filter(({ failed }) => failed !== undefined);
  const cells = missed
    .slice(0, deniesShown)
    .map(({ by, failed }) => [`${ruleText(by.rule)}: another ${failed ?? ''}`, originOf(by.rule)] as const);
  const more = missed.length - cells.length;
  return [
    ...applied.flatMap(({ by }) => section('denied by', chainCells(by))),
    ...(cells.length === 0 ? [] : section('denies that do not apply', cells)),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function nearestSection(rows: RowsExplanation): readonly string[] {
  if (rows.nearest.length === 0) {
    return [];
  }
  const cells = rows.nearest.map(
    (miss) => [`${ruleText(miss.rule)}: ${failureText(miss, rows)}`, originOf(miss.rule)] as const,
  );
  return section('nearest grants', cells);
}

function failureText(miss: NearMiss, { request }: RowsExplanation): string {
  switch (miss.failed) {
    case 'action':
      return `not action ${request.action}`;
    case 'object':
      return `not object ${request.object}`;
    case 'reservedVerb':
      return `the action must spell out ${request.verb}`;
    case 'project':
      return `held in project ${miss.project}, not ${request.domain === '' ? 'outside of projects' : `in ${request.domain}`}`;
    case 'holder':
      return 'not bound to the user';
  }
}
