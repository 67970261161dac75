import { s } from '@tke/crd';
import type { Infer } from '@tke/crd';

import { observedSubjects } from './subject.ts';

const unresolvedReference = s.object('A reference that leads nowhere, and so grants nothing.', {
  kind: s.oneOf('What was referred to.', ['User', 'Group', 'Policy', 'Role', 'Project', 'IdentityProvider']),
  id: s.string('The id, or the name where no id was given.'),
  reason: s.string('One CamelCase word, e.g. SubjectNotFound.'),
});

/** A reference that grants nothing. */
export type UnresolvedReference = Infer<typeof unresolvedReference>;

export const unresolved = s.optional(s.list('References that grant nothing, and why.', unresolvedReference));

export const rules = s.optional(s.integer('Number of Rule objects made from this object.'));

/** Status fields of the kinds that hand policies to subjects. */
export const grantStatus = {
  users: s.optional(observedSubjects('Users this object reaches.')),
  groups: s.optional(observedSubjects('Groups this object reaches.')),
  rules,
  unresolved,
};

/** TKEStack's Go types lack a JSON tag here, so its manifests carry the capital key. */
export const capitalStatus = s.optional(
  s.nullable(s.preserveUnknown('Accepted from TKEStack manifests and ignored: see the lower-case status.')),
);
