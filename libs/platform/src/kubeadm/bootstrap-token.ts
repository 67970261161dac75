import { createHash, randomBytes } from 'node:crypto';

import { isAlreadyExists, isNotFound, type Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';
import type { Clock } from '@tke/time';

import { fieldManager } from '../names.ts';

/** From kubeadm's RBAC rules for hosts that join. */
const group = 'system:bootstrappers:kubeadm:default-node-token';
const namespace = 'kube-system';
const ttlMs = 30 * 60_000;
/** Enough for the step that asks. */
const leastLeftMs = 15 * 60_000;

export interface TokenOwner {
  /** UID of the cluster. */
  readonly cluster: string;
  /** Of the host that joins. */
  readonly ip: string;
}

export interface TokenTools {
  readonly client: Client;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 *  Six characters, always the same for the host: whoever goes on with its join finds the token, and it never has two.
 */
export function tokenId({ cluster, ip }: TokenOwner): string {
  return base32(createHash('sha256').update(`${cluster}\n${ip}`).digest()).slice(0, 6);
}

/** 16 random characters, 80 bits. */
export function tokenSecret(): string {
  return base32(randomBytes(10));
}

/**
 * The token with which one host may ask for a certificate of a kubelet and nothing else, `<id>.<secret>`. It lasts 30
 * minutes; asking again prolongs it. kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens
 */
export async function joinToken(tools: TokenTools, owner: TokenOwner): Promise<string> {
  const { client, clock, signal } = tools;
  const id = tokenId(owner);
  const key = { namespace, name: secretName(id) };
  const found = await client.get<coreKinds.Secret>(coreKinds.secret, key, { signal }).catch(unlessNotFound);
  if (found === undefined) {
    return createToken(tools, owner, id);
  }
  const { 'token-secret': secret = '', expiration = '' } = decoded(found);
  if (!(Date.parse(expiration) - clock.now() > leastLeftMs)) {
    const body = { data: encoded({ expiration: expiry(clock) }) };
    await client.patch<coreKinds.Secret>(coreKinds.secret, key, { type: 'merge', body }, { signal, fieldManager });
  }
  return `${id}.${secret}`;
}

/** Also when there is none. */
export async function deleteJoinToken({ client, signal }: TokenTools, owner: TokenOwner): Promise<void> {
  const key = { namespace, name: secretName(tokenId(owner)) };
  await client.delete<coreKinds.Secret>(coreKinds.secret, key, { signal }).catch(unlessNotFound);
}

async function createToken(tools: TokenTools, owner: TokenOwner, id: string): Promise<string> {
  const { client, clock, signal } = tools;
  const secret = tokenSecret();
  const object: coreKinds.Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: secretName(id) },
    type: 'bootstrap.kubernetes.io/token',
    data: encoded({
      description: `TKE: ${owner.ip} joins`,
      'token-id': id,
      'token-secret': secret,
      expiration: expiry(clock),
      'usage-bootstrap-authentication': 'true',
      'auth-extra-groups': group,
    }),
  };
  try {
    await client.create<coreKinds.Secret>(coreKinds.secret, object, { signal, fieldManager });
  } catch (error) {
    if (isAlreadyExists(error)) {
      return joinToken(tools, owner);
    }
    throw error;
  }
  return `${id}.${secret}`;
}

function secretName(id: string): string {
  return `bootstrap-token-${id}`;
}

function expiry(clock: Clock): string {
  return new Date(clock.now() + ttlMs).toISOString();
}

function encoded(values: Readonly<Record<string, string>>): Record<string, string> {
  return mapped(values, (value) => Buffer.from(value).toString('base64'));
}

function decoded({ data = {} }: coreKinds.Secret): Readonly<Record<string, string>> {
  return mapped(data, (value) => Buffer.from(value, 'base64').toString());
}

function mapped(values: Readonly<Record<string, string>>, change: (value: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function unlessNotFound(error: unknown): undefined {
  if (!isNotFound(error)) {
    throw error;
  }
}

/** RFC 4648 in lower case; 32 divides 256, so that every character is as likely as the others. */
function base32(bytes: Buffer): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let bits = 0n;
  for (const byte of bytes) {
    bits = (bits << 8n) | BigInt(byte);
  }
  const length = Math.floor((bytes.length * 8) / 5);
  const spare = BigInt(bytes.length * 8 - length * 5);
  return Array.from({ length }, (_, i) => alphabet[Number((bits >> (spare + 5n * BigInt(length - 1 - i))) & 31n)]).join(
    '',
  );
}
