import { column, defineKind, fields, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';
import { projectPrefix } from './names.ts';
import { hardByCluster } from './quota.ts';
import { projectStatus } from './status/project-status.ts';

const spec = s.object(
  'Who works in the project, and how much of which cluster it has.',
  {
    finalizers: s.optional(fields.finalizers),
    tenantID: s.optional(fields.tenantID),
    displayName: s.string('Name shown to people.', { minLength: 1, maxLength: 255 }),
    members: s.optional(
      s.nullable(
        s.list('Names of the users who own the project.', s.string('User name.', { minLength: 1, maxLength: 253 }), {
          maxItems: 1024,
        }),
      ),
    ),
    parentProjectName: s.optional(fields.dnsLabelOrEmpty('Name of the Project whose limits it shares.')),
    clusters: s.optional(s.nullable(hardByCluster)),
  },
  { rules: [immutableOnceSet('tenantID')] },
);

export const project = defineKind({
  ...businessGroup,
  kind: 'Project',
  description: 'A part of a tenant: people, namespaces in clusters, and limits that hold for all of them together.',
  namespaced: false,
  shortNames: ['prj'],
  name: fields.dnsLabel('prj- and anything. Also the name of the namespace of the hub that the project owns.'),
  properties: { spec },
  status: projectStatus,
  columns: [
    column('Display', '.spec.displayName'),
    column('Parent', '.spec.parentProjectName'),
    column('Clusters', '.status.clusterNames'),
    column('Utilisation', '.status.utilisation'),
    column('Phase', '.status.phase'),
    column('Tenant', '.spec.tenantID', { priority: 1 }),
    column('Message', '.status.conditions[?(@.type=="Ready")].message', { priority: 1 }),
  ],
  selectableFields: ['.spec.tenantID', '.spec.parentProjectName', '.status.phase'],
  rules: [
    {
      rule: `self.metadata.name.startsWith('${projectPrefix}')`,
      message: `metadata.name must begin with ${projectPrefix}: rename it, e.g. to ${projectPrefix}shop`,
      fieldPath: '.metadata.name',
    },
    {
      rule: '!has(self.spec) || !has(self.spec.parentProjectName) || self.spec.parentProjectName != self.metadata.name',
      message: 'spec.parentProjectName must not be the project itself: name another one, or leave it out',
      fieldPath: '.spec.parentProjectName',
    },
  ],
});

export type Project = ObjectOf<typeof project>;
