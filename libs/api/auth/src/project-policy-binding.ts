import { column, defineKind, immutable, immutableOnceSet, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { capitalStatus, grantStatus } from './grant-status.ts';
import { authGroup } from './group.ts';
import { subjects } from './subject.ts';
import { dnsLabel, finalizers, tenantID } from './text.ts';

const spec = s.object(
  'Who holds which policy in which project.',
  {
    finalizers: s.optional(finalizers),
    tenantID: s.optional(tenantID),
    projectID: dnsLabel('Name of the project.'),
    policyID: dnsLabel('Name of a Policy of the same tenant whose scope is project.'),
    users: s.optional(subjects('Users that hold the policy in the project.')),
    groups: s.optional(subjects('Groups whose members hold the policy in the project.')),
  },
  { rules: [immutableOnceSet('tenantID'), immutable('projectID'), immutable('policyID')] },
);

export const projectPolicyBinding = defineKind({
  ...authGroup,
  kind: 'ProjectPolicyBinding',
  description: 'Hands a project-scope Policy to users and groups inside one project.',
  namespaced: false,
  shortNames: ['ppb'],
  name: dnsLabel('<projectID>-<policyID>.'),
  properties: { spec, Status: capitalStatus },
  status: grantStatus,
  columns: [
    column('Tenant', '.spec.tenantID'),
    column('Project', '.spec.projectID'),
    column('Policy', '.spec.policyID'),
  ],
  selectableFields: ['.spec.tenantID', '.spec.projectID', '.spec.policyID'],
  rules: [
    {
      rule: "self.metadata.name == self.spec.projectID + '-' + self.spec.policyID",
      message: 'metadata.name must be <projectID>-<policyID>',
      messageExpression: "'metadata.name must be ' + self.spec.projectID + '-' + self.spec.policyID",
      fieldPath: '.metadata.name',
    },
  ],
});

export type ProjectPolicyBinding = ObjectOf<typeof projectPolicyBinding>;
