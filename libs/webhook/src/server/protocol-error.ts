import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { failureStatus } from './request-problem.ts';

const answers: Readonly<Record<string, readonly [code: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time; send it without pauses'],
  HPE_HEADER_OVERFLOW: [431, 'the headers are too long; send fewer or shorter ones'],
};
const malformed = [400, 'this is not an HTTP/1.1 request; correct the client'] as const;

/** Node's own handler looks at the same property: once a response has begun, more text would become part of it. */
type HttpSocket = Duplex & {
  readonly _httpMessage?: { readonly headersSent: boolean } | null;
  readonly bytesRead?: number;
};

/**
 * Answers what never became a request: unreadable, too slow or with headers too long. Closes the connection.
 * https.Server reports failed handshakes here too; they have no channel to answer through.
 */
export function answerProtocolError(error: NodeJS.ErrnoException, socket: HttpSocket): void {
  const answer = answers[error.code ?? ''] ?? (error.code?.startsWith('HPE_') ? malformed : undefined);
  if (answer === undefined || !socket.writable || socket._httpMessage?.headersSent || isUnused(socket)) {
    socket.destroy();
    return;
  }
  const [code, message] = answer;
  const body = JSON.stringify(failureStatus(code, 'BadRequest', message));
  socket.end(
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/**
 * Clients open connections to spare (net/http of Go, kube-apiserver with it) and may send a request in the moment in which a
 * time limit ends: they would take this for its answer. What is closed without a word they send again (RFC 9110, 9.2.2; RFC 9112, 9.3.1).
 */
function isUnused({ bytesRead }: HttpSocket): boolean {
  return bytesRead === 0;
}
