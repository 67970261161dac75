import { column, defineKind, immutableOnceSet, s } from '@tke/crd';
import type { Infer } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { rules, unresolved } from './grant-status.ts';
import { authGroup } from './group.ts';
import { nameStartsWith } from './row-name.ts';
import { actionPattern, resourcePattern } from './pattern.ts';
import { observedSubjects } from './subject.ts';
import { author, description, displayName, dnsLabel, finalizers, tenantID } from './text.ts';

const statement = s.object(
  'What the policy allows or denies: every action on every resource.',
  {
    actions: s.list('Action patterns.', actionPattern, { minItems: 1, maxItems: 1024 }),
    resources: s.list('Resource patterns.', resourcePattern, { minItems: 1, maxItems: 1024 }),
    effect: s.oneOf('deny wins over every allow, whichever binding it comes from.', ['allow', 'deny']),
  },
  {
    rules: [
      {
        rule: 'self.actions.size() * self.resources.size() <= 4096',
        message: 'actions times resources must not exceed 4096: use wider patterns or several policies',
      },
    ],
  },
);

export type PolicyStatement = Infer<typeof statement>;

const spec = s.object(
  'What the policy says.',
  {
    finalizers: s.optional(finalizers),
    displayName,
    tenantID: s.optional(tenantID),
    category: s.string('Heading under which consoles list the policy: the name of a Category.', {
      minLength: 1,
      maxLength: 63,
    }),
    type: s.optional(
      s.oneOf('default: shipped with the platform. custom, or absent: written by a user.', ['custom', 'default']),
    ),
    scope: s.optional(
      s.oneOf('project: bound inside projects, by ProjectPolicyBinding. platform, or empty: bound by PolicyBinding.', [
        '',
        'platform',
        'project',
      ]),
    ),
    username: s.optional(author),
    description: s.optional(description),
    statement,
    conditions: s.optional(
      s.nullable(s.base64('Stored for TKEStack clients; decisions do not look at it.', { maxLength: 65536 })),
    ),
  },
  {
    rules: [
      immutableOnceSet('tenantID'),
      {
        rule: "(has(self.scope) && self.scope == 'project') == (has(oldSelf.scope) && oldSelf.scope == 'project')",
        message: 'scope cannot change between project and platform: create another policy and move the bindings',
        fieldPath: '.scope',
      },
    ],
  },
);

export const policy = defineKind({
  ...authGroup,
  kind: 'Policy',
  description: 'A named set of permissions. It takes effect where a binding hands it to users or groups.',
  namespaced: false,
  shortNames: ['pol'],
  name: dnsLabel('Name of the policy; bindings refer to it.'),
  properties: { spec },
  status: {
    users: s.optional(observedSubjects('Users that hold the policy by a PolicyBinding.')),
    groups: s.optional(observedSubjects('Groups that hold the policy by a PolicyBinding.')),
    rules,
    unresolved,
  },
  columns: [
    column('Tenant', '.spec.tenantID'),
    column('Scope', '.spec.scope'),
    column('Effect', '.spec.statement.effect'),
    column('Display', '.spec.displayName', { priority: 1 }),
    column('Type', '.spec.type', { priority: 1 }),
    column('Rules', '.status.rules', { type: 'integer', priority: 1 }),
  ],
  rules: [nameStartsWith('pol-')],
  selectableFields: [
    '.spec.tenantID',
    '.spec.username',
    '.spec.category',
    '.spec.displayName',
    '.spec.scope',
    '.spec.type',
  ],
});

export type Policy = ObjectOf<typeof policy>;
