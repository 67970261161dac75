import { defineKind, s } from '@tke/crd';
import type { ObjectOf } from '@tke/meta';

import { authGroup } from './group.ts';

export const apiSigningKey = defineKind({
  ...authGroup,
  kind: 'APISigningKey',
  description: 'The key pair that signs API keys.',
  namespaced: false,
  reconciled: false,
  properties: {
    signingKey: s.optional(s.nullable(s.base64('Private key, a JWK document. A secret.', { maxLength: 65536 }))),
    signingKeyPub: s.optional(s.nullable(s.base64('Public key, a JWK document.', { maxLength: 65536 }))),
  },
});

export type APISigningKey = ObjectOf<typeof apiSigningKey>;
