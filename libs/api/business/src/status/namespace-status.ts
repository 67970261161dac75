import { fields, s } from '@tke/crd';

import { resourceList } from '../quota.ts';
import { legacyFields } from './legacy.ts';

export const namespaceStatus = {
  ...legacyFields,
  phase: s.optional(
    s.oneOf('Derived from conditions. An NsEmigration waits for Available and Locked; all else is for people to see.', [
      'Pending',
      'Available',
      'Locked',
      'Failed',
      'Terminating',
    ]),
  ),
  resourceQuotaName: s.optional(fields.text('Name of the ResourceQuota in the member.', 253)),
  used: s.optional(resourceList('What the ResourceQuota in the member observed.')),
  usedAt: s.optional(s.timestamp('When used was last known to be right: the member may be silent since.')),
  cachedSpecHard: s.optional(s.nullable(resourceList('What is in force in the member.'))),
  memberUID: s.optional(fields.text('UID of the namespace in the member that is ours. Absent: none is.', 64)),
  utilisation: s.optional(fields.text('The highest share of a limit that is used, for printing: 83% cpu.')),
};
