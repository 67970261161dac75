import { column, defineKind, fields, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { businessGroup } from './group.ts';
import { namespaceName } from './names.ts';

const spec = s.object(
  'Who wants to work in which namespace. Cannot be changed: ask again for another one.',
  {
    tenantID: s.optional(fields.tenantID),
    namespace: namespaceName,
    type: s.optional(
      s.oneOf(
        'Certificate: the cluster signs the request. Token, for clusters that do not sign: a token of a ServiceAccount that may act as the user and do nothing else, encrypted for the key of the request; it ends with this object. Absent: Certificate.',
        ['Certificate', 'Token'],
      ),
    ),
    username: s.optional(s.string('Who asks: filled in, and nobody else than the caller.', { maxLength: 253 })),
    request: s.string(
      'A PEM certificate request (PKCS #10). Only its public key counts; one of another subject is refused with the command that makes the right one.',
      { minLength: 1, maxLength: 16384 },
    ),
    validDays: s.optional(
      s.integer('How long it holds, in days. Absent: 365, of a token 30. A token: 365 at most.', {
        ...{ format: 'int32', minimum: 1, maximum: 3650 },
      }),
    ),
    ttlSecondsAfterFinished: s.optional(
      s.integer('When this object is deleted after it was answered; with a token, after that ended. Absent: 3600.', {
        format: 'int32',
        minimum: 60,
        maximum: 86400,
      }),
    ),
  },
  {
    rules: [
      { rule: 'self == oldSelf', message: 'spec cannot be changed: create another object' },
      {
        rule: "!has(self.type) || self.type != 'Token' || !has(self.validDays) || self.validDays <= 365",
        message: 'validDays must be 365 or less with type Token: ask again when it has ended',
        fieldPath: '.validDays',
      },
    ],
  },
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
    phase: s.optional(s.oneOf('Derived from conditions.', ['Pending', 'Issued', 'Failed', 'Terminating'])),
    certificate: s.optional(s.string('The certificate, PEM.', { maxLength: 65536 })),
    kubeconfig: s.optional(
      s.string('A kubeconfig that lacks what is secret only: it names the file for the private key, or the token.', {
        maxLength: 262144,
      }),
    ),
    encryptedToken: s.optional(
      s.string('The token, for who has the private key of the request: JWE in compact form (RFC 7516).', {
        maxLength: 65536,
      }),
    ),
    clusterName: s.optional(
      s.string('Name of the Cluster in which a ServiceAccount is kept for it, until this object is deleted.', {
        maxLength: 253,
      }),
    ),
    clusterUID: s.optional(
      s.string('UID of that Cluster: one that is made anew under its name is another one.', { maxLength: 64 }),
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
