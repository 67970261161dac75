import { errorMessage } from '@tke/errors';

import { describeRequest, KubeTransportError, type RequestLabel, type TransportErrorCode } from '../errors.ts';

// Thrown before a byte of the request was sent.
const notConnected = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

// The verification results of OpenSSL that Node.js uses as codes (Node.js documentation of tls, X509 certificate error
// codes), and those of Node.js itself.
const untrusted =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/;

function codeOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** undici's own parser of HTTP gives most of its errors no code. */
function isParserError(cause: unknown): boolean {
  return (cause as { name?: unknown } | null)?.name === 'HTTPParserError';
}

function classify(code: string): TransportErrorCode {
  if (untrusted.test(code)) {
    return 'CertificateRejected';
  }
  if (notConnected.has(code)) {
    return 'ConnectionFailed';
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return 'InvalidRequest';
  }
  return 'ConnectionLost';
}

/** Says in the project's terms what undici, Node.js or OpenSSL threw. */
export function networkError(request: RequestLabel, host: string, cause: unknown): KubeTransportError {
  // Happy Eyeballs (RFC 8305) tries several addresses and reports them as one AggregateError with an empty message.
  const first: unknown = cause instanceof AggregateError ? (cause.errors[0] ?? cause) : cause;
  const code = codeOf(first);
  if (isParserError(first)) {
    // Without the cause: it quotes the bytes of the response.
    const message = `${describeRequest(request)}: ${host}: what it answered is not HTTP/1.1`;
    return new KubeTransportError('BadResponse', message);
  }
  return new KubeTransportError(
    classify(code),
    `${describeRequest(request)}: ${host}: ${errorMessage(first) || code || 'connection lost'}`,
    { cause },
  );
}

/** Whether the server closed the connection under us, as it may do at any time with an idle one. */
export function isReset(cause: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(cause));
}
