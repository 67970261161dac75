import { celField, column, defineKind, fields, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ValidationRule } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';
import { limitList } from './limit-range.ts';
import { derivedName, systemNamespacePrefixes } from './names.ts';
import { quotaList } from './quota.ts';
import { namespaceStatus } from './status/namespace-status.ts';

const namespaceRule: ValidationRule = {
  rule: systemNamespacePrefixes.map((prefix) => `!self.${celField('namespace')}.startsWith('${prefix}')`).join(' && '),
  message: `namespace must not begin with ${systemNamespacePrefixes.join(' or ')}, which the system has for itself: choose another name`,
  fieldPath: '.namespace',
};

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
    hard: s.optional(s.nullable(quotaList('What may be used, by names of ResourceQuota.'))),
    limits: s.optional(limitList),
  },
  { rules: [immutableOnceSet('tenantID'), ...['clusterName', 'namespace'].map(immutable), namespaceRule] },
);

const expectedName = `self.spec.clusterName + '-' + self.spec.${celField('namespace')}`;

export const businessNamespace = defineKind({
  ...businessGroup,
  kind: 'Namespace',
  description: 'A namespace of a member cluster that belongs to a project.',
  namespaced: true,
  shortNames: ['bns'],
  ...derivedName('<clusterName>-<namespace>.', '<clusterName>-<namespace>', expectedName),
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
});

export type BusinessNamespace = ObjectOf<typeof businessNamespace>;
