import { column, defineKind, fields, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';
import { namespaceName } from './names.ts';

const spec = s.object(
  'Who wants to work in which namespace. Cannot be changed: ask again for another one.',
  {
    tenantID: s.optional(fields.tenantID),
    namespace: namespaceName,
    username: s.optional(s.string('Who asks: filled in, and nobody else than the caller.', { maxLength: 253 })),
    request: s.string(
      'A PEM certificate request (PKCS #10). Only its public key counts; one of another subject is refused with the command that makes the right one.',
      { minLength: 1, maxLength: 16384 },
    ),
    validDays: s.optional(
      s.integer('How long it holds, in days. Absent: 365.', { format: 'int32', minimum: 1, maximum: 3650 }),
    ),
    ttlSecondsAfterFinished: s.optional(
      s.integer('When this object is deleted after it was answered. Absent: 3600.', {
        format: 'int32',
        minimum: 60,
        maximum: 86400,
      }),
    ),
  },
  { rules: [{ rule: 'self == oldSelf', message: 'spec cannot be changed: create another object' }] },
);

export const namespaceCredential = defineKind({
  ...businessGroup,
  kind: 'NamespaceCredential',
  description: 'Asks once for a credential for a namespace of a member cluster.',
  namespaced: true,
  shortNames: ['bnscred'],
  name: fields.dnsLabel('Any.'),
  properties: { spec },
  status: {
    phase: s.optional(s.oneOf('Derived from conditions.', ['Pending', 'Issued', 'Failed'])),
    certificate: s.optional(s.string('The certificate, PEM.', { maxLength: 65536 })),
    kubeconfig: s.optional(
      s.string('A kubeconfig that lacks the private key only, which never leaves the user.', { maxLength: 262144 }),
    ),
    expiresAt: s.optional(s.timestamp('When the credential ends.')),
    finishedAt: s.optional(s.timestamp('When it was answered.')),
  },
  columns: [
    column('Namespace', '.spec.namespace'),
    column('User', '.spec.username'),
    column('Phase', '.status.phase'),
    column('Expires', '.status.expiresAt'),
  ],
  selectableFields: ['.spec.tenantID', '.spec.namespace'],
});

export type NamespaceCredential = ObjectOf<typeof namespaceCredential>;
