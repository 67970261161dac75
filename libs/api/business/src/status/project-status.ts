import { fields, s } from '@tke/crd';
import type { Infer } from '@tke/crd';

import { heldByCluster, quotaLimits, usedByCluster } from '../quota.ts';
import { legacyFields } from './legacy.ts';

const charge = s.object('What one child holds of the limits of the project.', {
  kind: s.oneOf('Kind of the child.', ['Project', 'Namespace']),
  name: s.string('Its name.', { maxLength: 253 }),
  uid: s.string('Its UID: another child of the same name has no part in it.', { maxLength: 64 }),
  generation: s.integer('The metadata.generation of the child that this was granted for.'),
  clusters: heldByCluster,
});

/** What one child holds of its parent's limits. */
export type Charge = Infer<typeof charge>;

const names = (description: string) => s.optional(s.list(description, fields.text('Name.', 253)));

export const projectStatus = {
  ...legacyFields,
  phase: s.optional(
    s.oneOf('Derived from conditions. Namespaces move to Active projects only; all else is for people to see.', [
      'Pending',
      'Active',
      'Terminating',
      'Failed',
    ]),
  ),
  locked: s.optional(
    s.boolean('Nothing can be handed on: the project is not Active yet, or its limits are overdrawn.'),
  ),
  clusters: s.optional(usedByCluster),
  calculatedChildProjects: names('Child projects that are charged.'),
  calculatedNamespaces: names('Namespaces that are charged.'),
  cachedSpecClusters: s.optional(heldByCluster),
  cachedParent: s.optional(fields.dnsLabelOrEmpty('The Project that the limits in cachedSpecClusters come from.')),
  charges: s.optional(
    s.listByKey('The ledger: what was granted to each child and not given back.', charge, ['kind', 'name'], {
      maxItems: quotaLimits.children,
    }),
  ),
  clusterNames: s.optional(fields.text('Names of the clusters, for printing.', 4096)),
  utilisation: s.optional(
    fields.text('The highest share of a limit that was handed on, for printing: 83% cpu in cls-a.'),
  ),
};
