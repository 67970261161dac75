import { createHash } from 'node:crypto';

import { errors } from '../errors.ts';

/** The key a host proved to hold. */
export interface HostKey {
  /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, … */
  readonly type: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

/** Where the type is not known, hosts are asked for each type in turn until the key fits. */
export interface HostKeyPin {
  readonly type?: string | undefined;
  readonly fingerprint: string;
}

/** Signature algorithms by key type; SHA-1 (`ssh-rsa` as an algorithm) is out (RFC 8332, OpenSSH 8.8). */
const algorithmsByType = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
} as const;

type KeyType = keyof typeof algorithmsByType;
export type HostKeyAlgorithm = (typeof algorithmsByType)[KeyType][number];

const keyTypes = Object.keys(algorithmsByType) as KeyType[];

/** The key of a raw SSH public key blob (RFC 4253, 6.6: a length-prefixed type name comes first). */
export function hostKeyOf(blob: Buffer): HostKey {
  const length = blob.readUInt32BE(0);
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { type: blob.toString('latin1', 4, 4 + length), fingerprint: `SHA256:${digest}` };
}

const fingerprintPattern = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

/** Reads a pin as people have it at hand: a fingerprint, a public key line, or a line of known_hosts or ssh-keyscan. */
export function parseHostKeyPin(text: string): HostKeyPin {
  const words = text.trim().split(/\s+/);
  const fingerprint = words.find((word) => fingerprintPattern.test(word));
  if (fingerprint !== undefined) {
    const type = words.find((word) => isKeyType(word));
    return { type, fingerprint: fingerprint.replace(/=$/, '') };
  }
  const at = words.findIndex((word) => isKeyType(word));
  const blob = Buffer.from(words[at + 1] ?? '', 'base64');
  const key = at >= 0 && blob.length > 4 ? hostKeyOf(blob) : undefined;
  if (key === undefined || key.type !== words[at]) {
    throw errors.InvalidHostKey(`"${text.slice(0, 60)}" is no host key of a supported type (${keyTypes.join(', ')})`);
  }
  return key;
}

function isKeyType(word: string): word is KeyType {
  return word in algorithmsByType;
}

export function matchesPin({ type, fingerprint }: HostKey, pins: readonly HostKeyPin[]): boolean {
  return pins.some((pin) => pin.fingerprint === fingerprint && (pin.type === undefined || pin.type === type));
}

/**
 * What to ask a host for, one attempt after the other. A host has keys of several types and shows one: with the type
 * known it is asked for that one; otherwise it may have to be asked type by type.
 */
export function algorithmAttempts(pins: readonly HostKeyPin[] | undefined): readonly (readonly HostKeyAlgorithm[])[] {
  const all = keyTypes.flatMap((type) => algorithmsByType[type]);
  if (pins === undefined) {
    return [all];
  }
  if (pins.every(({ type }) => type !== undefined && isKeyType(type))) {
    return [keyTypes.filter((type) => pins.some((pin) => pin.type === type)).flatMap((type) => algorithmsByType[type])];
  }
  return keyTypes.map((type) => algorithmsByType[type]);
}
