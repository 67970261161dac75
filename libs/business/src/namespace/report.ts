import type { BusinessNamespace, HardList } from '@tke/api-business';
import type { DeepReadonly } from '@tke/meta';

import { namespaceKind } from '../objects/kinds.ts';
import type { Claimant } from './claimants.ts';
import type { Usage } from './usage.ts';

type Status = NonNullable<BusinessNamespace['status']>;
type Fields = DeepReadonly<Pick<Status, 'cachedSpecHard' | 'memberUID' | 'resourceQuotaName'> & Usage>;

export interface Known {
  /** What is in force in the member, at most. */
  readonly held: DeepReadonly<HardList> | undefined;
  /** Absent: the namespace in the member is not ours. */
  readonly memberUID?: string;
  /** Absent: as before. */
  readonly usage?: DeepReadonly<Usage>;
}

/** What a status says in any case. */
export function namespaceReport(claimant: Claimant, { held, memberUID, usage }: Known) {
  const { used, usedAt, utilisation } = usage ?? claimant.status ?? {};
  const fields: Fields = {
    ...(held !== undefined && { cachedSpecHard: held, resourceQuotaName: claimant.spec.namespace }),
    ...(memberUID !== undefined && { memberUID }),
    ...(used !== undefined && { used }),
    ...(usedAt !== undefined && { usedAt }),
    ...(utilisation !== undefined && { utilisation }),
  };
  return { kind: namespaceKind, object: claimant, fields, action: 'KeepNamespace' } as const;
}

/** What was ours in the member when it was last looked at. */
export function seenBefore({ status }: Claimant): Pick<Known, 'memberUID'> {
  return status?.memberUID === undefined ? {} : { memberUID: status.memberUID };
}
