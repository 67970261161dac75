import { column, defineKind, fields, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';
import { resourceList } from './quota.ts';
import { namespaceStatus } from './status/namespace-status.ts';

const limit = s.object('Bounds and defaults of one type of object, as in a LimitRange.', {
  type: s.oneOf('What they hold for.', ['Pod', 'Container', 'PersistentVolumeClaim']),
  max: s.optional(resourceList('Most.')),
  min: s.optional(resourceList('Least.')),
  default: s.optional(resourceList('Limits of containers that name none.')),
  defaultRequest: s.optional(resourceList('Requests of containers that name none.')),
  maxLimitRequestRatio: s.optional(resourceList('Most by which a limit may exceed its request.')),
});

const spec = s.object(
  'Which namespace of which cluster, and how much may be used there.',
  {
    finalizers: s.optional(fields.finalizers),
    tenantID: s.optional(fields.tenantID),
    clusterName: fields.dnsLabel('Name of the Cluster.'),
    clusterType: s.optional(fields.text('Accepted from TKEStack manifests and ignored.')),
    clusterVersion: s.optional(fields.text('Accepted from TKEStack manifests and ignored.')),
    clusterDisplayName: s.optional(fields.text('Accepted from TKEStack manifests and ignored.')),
    namespace: fields.dnsLabel('Name of the namespace in that cluster.'),
    hard: s.optional(s.nullable(resourceList('What may be used, by names of ResourceQuota.'))),
    limits: s.optional(
      s.list('Bounds and defaults of pods and containers; a LimitRange is made of them.', limit, { maxItems: 3 }),
    ),
  },
  { rules: [immutableOnceSet('tenantID'), ...['clusterName', 'namespace'].map(immutable)] },
);

export const businessNamespace = defineKind({
  ...businessGroup,
  kind: 'Namespace',
  description: 'A namespace of a member cluster that belongs to a project.',
  namespaced: true,
  shortNames: ['bns'],
  name: s.string('<clusterName>-<namespace>.', { maxLength: 127 }),
  properties: { spec },
  status: namespaceStatus,
  columns: [
    column('Cluster', '.spec.clusterName'),
    column('Namespace', '.spec.namespace'),
    column('Phase', '.status.phase'),
    column('Utilisation', '.status.utilisation'),
    column('Tenant', '.spec.tenantID', { priority: 1 }),
    column('Message', '.status.conditions[?(@.type=="Ready")].message', { priority: 1 }),
  ],
  selectableFields: ['.spec.tenantID', '.spec.clusterName', '.spec.namespace', '.status.phase'],
  rules: [
    {
      rule: "self.metadata.name == self.spec.clusterName + '-' + self.spec.namespace",
      message: 'metadata.name must be <clusterName>-<namespace>',
      messageExpression: "'metadata.name must be ' + self.spec.clusterName + '-' + self.spec.namespace",
      fieldPath: '.metadata.name',
    },
  ],
});

export type BusinessNamespace = ObjectOf<typeof businessNamespace>;
