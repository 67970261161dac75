import type { HttpHeaders, Transport } from './transport.ts';

/** Whom to act as; the credential in use needs the verb `impersonate` on each part. */
export interface Impersonation {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** undici writes headers as Latin-1, the apiserver reads UTF-8: hand over the UTF-8 bytes as Latin-1 characters. */
function utf8(value: string): string {
  return Buffer.from(value, 'utf8').toString('latin1');
}

/** Keys are case-insensitive and may hold what a header name must not (Kubernetes: user impersonation). */
function extraHeader(key: string): string {
  return `impersonate-extra-${encodeURIComponent(key.toLowerCase()).replaceAll(/[()]/g, percent)}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

function impersonationHeaders({ user, groups = [], uid, extra = {} }: Impersonation): HttpHeaders {
  return {
    'impersonate-user': utf8(user),
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups.map(utf8) }),
    ...(uid === undefined ? {} : { 'impersonate-uid': utf8(uid) }),
    ...Object.fromEntries(Object.entries(extra).map(([key, values]) => [extraHeader(key), values.map(utf8)])),
  };
}

/** The outermost wins: a kubeconfig's `as` is what holds where a request does not say whom it is for. */
export function impersonatingTransport(inner: Transport, as: Impersonation): Transport {
  const headers = impersonationHeaders(as);
  return {
    host: inner.host,
    close: () => inner.close(),
    send: (request) =>
      inner.send(
        'impersonate-user' in request.headers ? request : { ...request, headers: { ...request.headers, ...headers } },
      ),
  };
}
