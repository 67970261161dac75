import { s } from '@tke/crd';
import type { ObjectOf, ValidationRule } from '@tke/crd';

import { base64, isBase64 } from '../base64.ts';
import { portOrZero } from '../port.ts';
import { secretRef } from '../secret-ref.ts';

const fingerprint = s.string('Fingerprint of a host key, as ssh-keygen -lf prints it: SHA256:...', {
  maxLength: 50,
  pattern: '^SHA256:[A-Za-z0-9+/]{43}$',
});

export const hostKeys = s.list(
  'Fingerprints of the keys the host may show. Empty: the key of the first connection is trusted, and kept in status.',
  fingerprint,
  { maxItems: 8 },
);

/** How to log in to a host. */
export const loginFields = {
  port: s.optional(portOrZero('Port of the SSH server. Absent or 0: 22.')),
  username: s.optional(
    s.string('User to log in as: root, or one who may sudo. Absent or empty: root.', {
      maxLength: 256,
      pattern: '^([A-Za-z0-9_][-A-Za-z0-9_.@+\\\\]*\\$?)?$',
    }),
  ),
  password: s.optional(base64('Password, for sudo as well. A secret: prefer credentialSecretRef.', 4096)),
  privateKey: s.optional(base64('Private key, in PEM or OpenSSH form. A secret: prefer credentialSecretRef.', 32768)),
  passPhrase: s.optional(base64('Passphrase of the private key. A secret: prefer credentialSecretRef.', 4096)),
  credentialSecretRef: s.optional(
    secretRef('Secret with the keys password, privateKey, passPhrase, sudoPassword as far as they are needed.'),
  ),
  hostKeys: s.optional(hostKeys),
};

/** How to log in to a host. */
export type SshLogin = ObjectOf<typeof loginFields>;

/** CEL: there is something to log in with. */
export const hasLogin = [
  ...['password', 'privateKey'].map((field) => `(has(self.${field}) && self.${field} != '')`),
  'has(self.credentialSecretRef)',
].join(' || ');

export const base64Rules: readonly ValidationRule[] = ['password', 'privateKey', 'passPhrase'].map(isBase64);

export const loginRules: readonly ValidationRule[] = [
  ...base64Rules,
  {
    rule: hasLogin,
    message: 'password, privateKey or credentialSecretRef is required to log in: give one of them',
    reason: 'FieldValueRequired',
  },
];
