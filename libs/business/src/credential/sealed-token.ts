import type { KeyObject } from 'node:crypto';

import { compactDecrypt, CompactEncrypt } from 'jose';

import { credentialErrors } from './errors.ts';

/** Of the two kinds of keys that certificate requests may be for (RFC 7518, 4.3 and 4.6). */
const keyManagement = { ec: 'ECDH-ES+A256KW', rsa: 'RSA-OAEP-256' } as const;
const encryption = 'A256GCM';

/** Encrypts a text for who has the private key: JWE in compact form (RFC 7516). For EC keys and RSA keys of 2048 bits or more. */
export function seal(text: string, publicKey: KeyObject): Promise<string> {
  const alg = publicKey.asymmetricKeyType === 'rsa' ? keyManagement.rsa : keyManagement.ec;
  const header = { alg, enc: encryption };
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(publicKey);
}

/** The text that `seal` encrypted. Rejects with TokenNotOpened. */
export async function unseal(sealed: string, privateKey: KeyObject): Promise<string> {
  const accepted = {
    keyManagementAlgorithms: Object.values(keyManagement),
    contentEncryptionAlgorithms: [encryption],
  };
  try {
    const { plaintext } = await compactDecrypt(sealed, privateKey, accepted);
    return new TextDecoder().decode(plaintext);
  } catch (cause) {
    throw credentialErrors.TokenNotOpened('the token is not encrypted for this key', { cause });
  }
}
