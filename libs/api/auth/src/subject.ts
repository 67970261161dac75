import { s } from '@tke/crd';
import type { Infer, Schema } from '@tke/crd';

const noControlCharacters = String.raw`^[^\x00-\x1f\x7f-\x9f]*$`;

const fields = {
  id: s.optional(
    s.string(
      'Object name of the LocalIdentity or LocalGroup, or the id the directory gives to it. Preferred over name.',
      {
        maxLength: 512,
        pattern: noControlCharacters,
      },
    ),
  ),
  name: s.optional(
    s.string('User name or group name in its tenant. For users, `*` is everyone in the tenant.', {
      maxLength: 253,
      pattern: noControlCharacters,
    }),
  ),
};

const subject = s.object('A user or a group.', fields, {
  rules: [
    {
      rule: "(has(self.id) && self.id != '') || (has(self.name) && self.name != '')",
      message: 'a subject needs an id or a name',
      reason: 'FieldValueRequired',
    },
  ],
});

/** A user or a group. At least one of both fields is not empty. */
export type Subject = Infer<typeof subject>;

/** Subjects somebody asked for. */
export function subjects(description: string): Schema<Subject[] | null> {
  return s.nullable(s.list(description, subject, { maxItems: 1024 }));
}

const observedSubject = s.object('A user or a group.', fields);

/** Subjects a controller found. Without bounds: a status must never fail to be written. */
export function observedSubjects(description: string): Schema<Subject[] | null> {
  return s.nullable(s.list(description, observedSubject));
}
