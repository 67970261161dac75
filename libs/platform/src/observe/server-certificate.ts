import { isIP } from 'node:net';
import { connect } from 'node:tls';

import type { Clock } from '@tke/time';

export interface ServerCertificateOptions {
  /** Name to ask for. Default: the host of the address, where that is a name. */
  readonly serverName?: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const timeoutMs = 5_000;

/** When the certificate ends that is served at an address, milliseconds since the epoch; undefined when none can be had. */
export function serverCertificateEnd(
  { hostname, port }: Pick<URL, 'hostname' | 'port'>,
  { serverName, clock, signal }: ServerCertificateOptions,
): Promise<number | undefined> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const name = serverName ?? (isIP(host) === 0 ? host : '');
  return new Promise((resolve) => {
    // Not verified: a date is all that is read, nothing is sent, and the date of a bad certificate is of interest as well.
    const socket = connect({ host, port: Number(port || 443), servername: name, rejectUnauthorized: false });
    const end = (notAfter?: number) => {
      timer.cancel();
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(notAfter);
    };
    const giveUp = () => end();
    const timer = clock.setTimer(timeoutMs, giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('error', giveUp);
    socket.once('secureConnect', () => end(socket.getPeerX509Certificate()?.validToDate.getTime()));
  });
}
