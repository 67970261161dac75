import type { Project } from '@tke/api-business';
import type { Condition, DeepReadonly } from '@tke/meta';
import { setCondition } from '@tke/runtime';

import type { MembersState } from '../members/project-members.ts';

interface Found {
  /** What was wrong in the ledger, and is mended by the same write. */
  readonly repairs: readonly string[];
  /** Absent: nothing was done about them. */
  readonly members?: MembersState;
}

type Said = Pick<Condition, 'status' | 'reason'> & { readonly message?: string };

/** The conditions of a project beside those of its outcome. */
export function conditionsOf(
  { status }: DeepReadonly<Project>,
  { repairs, members }: Found,
  context: Parameters<typeof setCondition>[2],
) {
  const conditions = setCondition(status?.conditions, { type: 'LedgerConsistent', ...ledger(repairs) }, context);
  return members === undefined
    ? conditions
    : setCondition(conditions, { type: 'MembersBound', ...membersBound(members) }, context);
}

function ledger(repairs: readonly string[]): Said {
  return repairs.length > 0
    ? { status: 'False', reason: 'LedgerRepaired', message: repairs.join('; ') }
    : { status: 'True', reason: 'Consistent', message: 'What is used is the sum of what the children hold.' };
}

function membersBound(members: MembersState): Said {
  switch (members.kind) {
    case 'bound':
      return { status: 'True', reason: 'Succeeded' };
    case 'waiting':
      return { status: 'Unknown', reason: 'WaitingForBinding', message: members.message };
    case 'problem': {
      const { code, message, remedy } = members.error;
      return { status: 'False', reason: code, message: `${message}. ${remedy}` };
    }
  }
}
