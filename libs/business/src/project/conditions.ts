import type { CodedError } from '@tke/errors';
import type { Condition } from '@tke/meta';
import { setCondition } from '@tke/runtime';

import type { MembersState } from '../members/project-members.ts';
import type { ProjectObject } from '../objects/kinds.ts';

/** What was looked for, of a project that is to stay. */
export interface Sought {
  /** What it names and does not find. */
  readonly missing: CodedError | undefined;
  readonly members: MembersState;
}

interface Found {
  /** What was wrong in the ledger, and is mended by the same write. */
  readonly repairs: readonly string[];
  /** Absent: nothing was looked for. */
  readonly sought?: Sought;
}

type Said = Pick<Condition, 'status' | 'reason'> & { readonly message?: string };

/** The conditions of a project beside those of its outcome. */
export function conditionsOf(
  { status }: ProjectObject,
  { repairs, sought }: Found,
  context: Parameters<typeof setCondition>[2],
) {
  const conditions = setCondition(status?.conditions, { type: 'LedgerConsistent', ...ledger(repairs) }, context);
  if (sought === undefined) {
    return conditions;
  }
  const resolved = setCondition(conditions, { type: 'ResolvedRefs', ...resolvedRefs(sought) }, context);
  return setCondition(resolved, { type: 'MembersBound', ...membersBound(sought) }, context);
}

function ledger(repairs: readonly string[]): Said {
  return repairs.length > 0
    ? { status: 'False', reason: 'LedgerRepaired', message: repairs.join('; ') }
    : { status: 'True', reason: 'Consistent', message: 'What is used is the sum of what the children hold.' };
}

/** Named as in Gateway API. */
function resolvedRefs({ missing }: Sought): Said {
  return missing === undefined ? { status: 'True', reason: 'Succeeded' } : failed(missing);
}

function membersBound({ members }: Sought): Said {
  switch (members.kind) {
    case 'bound':
      return { status: 'True', reason: 'Succeeded' };
    case 'waiting':
      return { status: 'Unknown', reason: 'WaitingForBinding', message: members.message };
    case 'problem':
      return failed(members.error);
  }
}

function failed({ code, message, remedy }: CodedError): Said {
  return { status: 'False', reason: code, message: `${message}. ${remedy}` };
}
