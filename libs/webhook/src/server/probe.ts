import { once } from 'node:events';
import { connect } from 'node:tls';

import { errorMessage } from '@tke/errors';

import { webhookErrors } from '../errors.ts';

export interface ProbeOptions {
  readonly host: string;
  readonly port: number;
  /** SHA-256 fingerprint of the certificate that must be presented. */
  readonly fingerprint: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Makes one TLS handshake. Rejects with `ProbeFailed`. */
export async function probeTls({ host, port, fingerprint, timeoutMs, signal }: ProbeOptions): Promise<void> {
  // The peer is known by its fingerprint, so no CA is needed. In TLS 1.3 the client's side of the handshake is
  // complete before the server looks for a client certificate, of which a probe has none.
  const socket = connect({ host: dialable(host), port, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    await once(socket, 'secureConnect', {
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const found = socket.getPeerX509Certificate()?.fingerprint256;
    if (found !== fingerprint) {
      throw webhookErrors.ProbeFailed(`${host}:${port} presents certificate ${found ?? 'none'}, not ${fingerprint}`);
    }
  } catch (error) {
    throw webhookErrors.ProbeFailed(`${host}:${port}: ${errorMessage(error)}`, { cause: error });
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

/** `::` takes IPv4 as well, and 127.0.0.1 is there where ::1 is not: pods without IPv6 have no other loopback. */
function dialable(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}
