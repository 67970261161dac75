import { column, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ValidationRule } from '@tke/crd';

import { platformGroup } from '../group.ts';
import { conditions } from '../status/conditions.ts';
import { dnsLabel, tenantID, text } from '../text.ts';

/** The end of their descriptions. */
export const notYet = 'Kept as it is: nothing acts on it yet.';

/** Coordinates, columns and selectors of the kinds that put something into a cluster. */
export const addon = {
  ...platformGroup,
  namespaced: false,
  // The addon component answers for them; until it is there, nobody does.
  reconciled: false,
  name: dnsLabel('Name of the addon object.'),
  columns: [
    column('Cluster', '.spec.clusterName'),
    column('Version', '.status.version'),
    column('Phase', '.status.phase'),
    column('Tenant', '.spec.tenantID', { priority: 1 }),
  ],
  selectableFields: ['.spec.tenantID', '.spec.clusterName', '.spec.version', '.status.phase', '.status.version'],
} as const;

/** Fields of spec that every addon has. */
export const addonFields = {
  tenantID: s.optional(tenantID),
  clusterName: dnsLabel('Name of the Cluster the addon is put into.'),
  version: s.optional(text('Version of the addon. Absent: the newest there is.', 64)),
};

export const addonRules: readonly ValidationRule[] = [immutableOnceSet('tenantID'), immutable('clusterName')];

const phases = [
  ...['Initializing', 'Reinitializing', 'Checking', 'Running', 'Upgrading', 'Failed'],
  ...['Pending', 'Unhealthy', 'Terminating', 'Unknown'],
] as const;

/** Fields of status that every addon has. */
export const addonStatus = {
  conditions,
  phase: s.optional(s.oneOf('Derived from conditions, for printing only.', phases)),
  version: s.optional(text('The version that is installed.', 64)),
  reason: s.optional(text('Reason of the condition Ready.', 1024)),
  retryCount: s.optional(s.integer('How often installation was tried again.', { format: 'int32' })),
  lastReInitializingTimestamp: s.optional(s.nullable(s.timestamp('When it was last tried again.'))),
};
