import { column, defineKind, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { platformGroup } from '../group.ts';
import { ipAddress } from '../ip.ts';
import { nodeFields } from '../node.ts';
import { loginFields, loginRules } from '../ssh/login.ts';
import { proxy } from '../ssh/proxy.ts';
import { dnsLabel, finalizers, tenantID } from '../text.ts';
import { machineStatus } from './machine-status.ts';

const spec = s.object(
  'Which host, how to log in to it, and what its node shall be like.',
  {
    finalizers: s.optional(finalizers),
    tenantID: s.optional(tenantID),
    clusterName: dnsLabel('Name of the Cluster the host joins.'),
    type: s.oneOf('Baremetal: a Linux host over SSH.', ['Baremetal']),
    ip: ipAddress('Address of the host.', 'ip'),
    ...loginFields,
    proxy: s.optional(proxy),
    ...nodeFields,
    availability: s.optional(
      s.oneOf('Active, or absent: pods may come. Cordoned: none may come. Drained: those that are there go as well.', [
        'Active',
        'Cordoned',
        'Drained',
      ]),
    ),
    drainTimeoutSeconds: s.optional(
      s.integer('How long pods have to go, when the machine is drained or deleted. Absent: 600.', {
        format: 'int32',
        minimum: 1,
        maximum: 86400,
      }),
    ),
  },
  { rules: [immutableOnceSet('tenantID'), ...['clusterName', 'type', 'ip'].map(immutable), ...loginRules] },
);

export const machine = defineKind({
  ...platformGroup,
  kind: 'Machine',
  description: 'A host that is a worker of a cluster.',
  namespaced: false,
  shortNames: ['mc'],
  name: dnsLabel('Name of the machine.'),
  properties: { spec },
  status: machineStatus,
  columns: [
    column('Cluster', '.spec.clusterName'),
    column('IP', '.spec.ip'),
    column('Phase', '.status.phase'),
    column('Step', '.status.step'),
    column('Type', '.spec.type', { priority: 1 }),
    column('Version', '.status.machineInfo.kubeletVersion', { priority: 1 }),
    column('Availability', '.spec.availability', { priority: 1 }),
    column('Tenant', '.spec.tenantID', { priority: 1 }),
    column('Message', '.status.conditions[?(@.type=="Ready")].message', { priority: 1 }),
  ],
  selectableFields: ['.spec.tenantID', '.spec.clusterName', '.spec.type', '.spec.ip', '.status.phase'],
});

export type Machine = ObjectOf<typeof machine>;
