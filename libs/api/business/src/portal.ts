import { defineReview, fields, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';

const policyNames = s.list(
  'Names of the policies that he holds everywhere in the tenant, the first 1,000.',
  fields.text('Name of a policy.', 253),
);
const projectName = fields.text('Name.', 63);

/**
 * TKEStack computes it when it is read. An object of a custom resource cannot be, and a list of projects cannot be filtered by what the
 * caller has a part in; the answer to a creation can.
 */
export const portal = defineReview({
  ...businessGroup,
  kind: 'Portal',
  description:
    'Who the caller is to the platform, and what part he has in which projects. Nothing of it is stored: create one with a dry run (kubectl create --dry-run=server -o yaml), and the server fills it in.',
  shortNames: ['pt'],
  properties: {
    user: s.optional(s.string('User name of the caller.')),
    tenantID: s.optional(s.string('The tenant he belongs to. Absent: none, and RBAC alone decides what he may do.')),
    administrator: s.optional(s.boolean('Whether he administers the tenant.')),
    policies: s.optional(policyNames),
    projects: s.optional(
      s.map(
        'The projects that he has a part in; of an administrator those of the tenant. Display names by name.',
        s.string('Display name.'),
      ),
    ),
    roles: s.optional(
      s.map(
        'His part in each: owner, member or viewer for the policies that every tenant gets, of others the name.',
        s.list('Roles.', fields.text('Role.', 253)),
      ),
    ),
    extension: s.optional(
      s.map(
        'More of each project, by name.',
        s.object('More of a project.', {
          phase: s.optional(s.string('Its status.phase.')),
          parent: s.optional(projectName),
        }),
      ),
    ),
    more: s.optional(
      s.integer('How many further projects there are: no more are listed than the first 1,000 by name.'),
    ),
    reason: s.optional(s.string('Why the caller belongs to no tenant.')),
  },
});

export type Portal = ObjectOf<typeof portal>;
