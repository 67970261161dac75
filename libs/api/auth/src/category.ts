import { column, defineKind, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { authGroup } from './group.ts';
import { description, displayName, shortName } from './text.ts';

const action = s.object('An action consoles offer.', {
  name: s.string('Name of the action, e.g. getPod.', { minLength: 1, maxLength: 128 }),
  description: s.optional(description),
});

const spec = s.object('What consoles show.', {
  displayName,
  description: s.optional(description),
  actions: s.optional(
    s.nullable(s.listByKey('Actions offered under this heading.', action, ['name'], { maxItems: 2048 })),
  ),
});

export const category = defineKind({
  ...authGroup,
  kind: 'Category',
  description: 'A heading under which consoles offer actions for policies. Decisions do not look at it.',
  namespaced: false,
  shortNames: ['cat'],
  name: shortName('Name of the category; policies refer to it.'),
  // TKEStack's Go type lacks a JSON tag, so the key is capital.
  properties: { Spec: spec },
  columns: [column('Display', '.Spec.displayName')],
});

export type Category = ObjectOf<typeof category>;
