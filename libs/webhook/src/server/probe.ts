import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

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
  const timeout = AbortSignal.timeout(timeoutMs);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  let socket: TLSSocket | undefined;
  try {
    socket = await dialAny(dialable(host), port, either);
    const found = socket.getPeerX509Certificate()?.fingerprint256;
    if (found !== fingerprint) {
      throw webhookErrors.ProbeFailed(`${host}:${port} presents certificate ${found ?? 'none'}, not ${fingerprint}`);
    }
  } catch (error) {
    throw webhookErrors.ProbeFailed(`${host}:${port}: ${errorMessage(error)}`, { cause: error });
  } finally {
    socket?.destroy();
  }
}

async function dialAny(
  [host = '', ...others]: readonly string[],
  port: number,
  signal: AbortSignal,
): Promise<TLSSocket> {
  try {
    return await dial(host, port, signal);
  } catch (error) {
    if (others.length === 0 || signal.aborted) {
      throw error;
    }
    return await dialAny(others, port, signal);
  }
}

async function dial(host: string, port: number, signal: AbortSignal): Promise<TLSSocket> {
  // The peer is known by its fingerprint, so no CA is needed. In TLS 1.3 the client's side of the handshake is
  // complete before the server looks for a client certificate, of which a probe has none.
  const socket = connect({ host, port, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.on('error', () => undefined);
  }
}

/**
 * `::` takes IPv4 as well, and 127.0.0.1 is there where ::1 is not: pods without IPv6 have no other loopback. A machine
 * whose `net.ipv6.bindv6only` is set answers on ::1 only.
 */
function dialable(host: string): readonly string[] {
  return host === '::' ? ['127.0.0.1', '::1'] : [host === '0.0.0.0' ? '127.0.0.1' : host];
}
