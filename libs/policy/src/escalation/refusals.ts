import { everyDomain, type MissingRow, type PowerOver } from '@tke/authz';
import type { FieldProblem } from '@tke/webhook';

import type { AuthoredLink } from './authored.ts';
import { powerText } from './powers.ts';
import type { Purpose } from './purpose.ts';

export interface NotHeld {
  readonly field: string;
  readonly value: string | undefined;
  readonly purpose: Purpose;
  readonly powers: readonly PowerOver[];
  /** The first of the missing rows; undefined for one that the caller may not know. */
  readonly missing: readonly { readonly row: MissingRow | undefined; readonly domain: string }[];
  readonly count: number;
}

/** Rows told of one refusal. */
const maxTold = 5;
const maxRowLength = 160;

export function notHeld({ field, value, purpose, powers, missing, count }: NotHeld): FieldProblem {
  const told = missing
    .flatMap(({ row, domain }) => (row === undefined ? [] : [rowText(row, domain)]))
    .slice(0, maxTold);
  const rest = count - told.length;
  const rows = [...told, ...(rest === 0 ? [] : [`${rest}${told.length === 0 ? '' : ' more'}`])].join(', ');
  const granted = `to whom a policy grants ${powers.map(powerText).join(', or ')}`;
  const { rule, remedy } = sentences[purpose];
  return { field, value, rule: `${rule}: ${rows}`, remedy: `${remedy} or ${granted}.`, type: 'Forbidden' };
}

const sentences: Readonly<Record<Purpose, { readonly rule: string; readonly remedy: string }>> = {
  give: {
    rule: 'must not grant what its author does not hold',
    remedy: 'Leave that out, or ask somebody who holds it',
  },
  deny: {
    rule: 'must not deny what its author does not hold or is denied',
    remedy: 'Leave that out, or ask somebody who holds it, an administrator of the tenant,',
  },
  lift: {
    rule: 'must not lift a deny of what its author does not hold or is denied',
    remedy:
      'Leave the deny, or ask somebody who holds what it denies and is not denied it, an administrator of the tenant,',
  },
  take: {
    rule: 'must not take away what its author could not put back',
    remedy: 'Take subjects out of the bindings instead, or ask somebody who holds it',
  },
};

export function notFound({ field, value, powers, reference }: AuthoredLink): FieldProblem {
  return {
    field,
    value,
    rule: `must name a ${reference?.kind ?? ''} that exists: whoever creates it later would decide what this grants`,
    remedy: `Create it first, or ask somebody to whom a policy grants ${powers.map(powerText).join(', or ')}.`,
    type: 'NotFound',
  };
}

export function tooMuch(limit: number): FieldProblem {
  return {
    field: 'spec',
    value: undefined,
    rule: `must not grant more than can be compared with what its author holds in ${limit} steps (TooMuchToCompare)`,
    remedy: 'Use wider patterns or several objects, or ask an administrator of the platform.',
    type: 'TooLong',
  };
}

function rowText({ action, object, why }: MissingRow, domain: string): string {
  const where = domain === everyDomain ? '' : ` in project ${domain}`;
  const text = `"${action}" on "${object}"`;
  const short = text.length <= maxRowLength ? text : `${text.slice(0, maxRowLength).toWellFormed()}…"`;
  return `${short}${where}${why === 'denied' ? ' (denied to the author)' : ''}`;
}
