import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';

import { bareHost, dialTcp, type AddressGuard } from '@tke/net';
import type { Clock } from '@tke/time';

export interface ServerCertificateOptions {
  /** Name to ask for. Default: the host of the address, where that is a name. */
  readonly serverName?: string | undefined;
  readonly guard: AddressGuard | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const timeoutMs = 5_000;

/** When the certificate ends that is served at an address, milliseconds since the epoch; undefined when none can be had. */
export async function serverCertificateEnd(
  { hostname, port }: Pick<URL, 'hostname' | 'port'>,
  { serverName, guard, clock, signal }: ServerCertificateOptions,
): Promise<number | undefined> {
  const host = bareHost(hostname);
  const servername = serverName ?? (isIP(host) === 0 ? host : '');
  const limit = new AbortController();
  const timer = clock.setTimer(timeoutMs, () => limit.abort());
  try {
    const either = AbortSignal.any([signal, limit.signal]);
    const socket = await dialTcp({ host, port: Number(port || 443) }, { guard, signal: either });
    // Not verified: a date is all that is read, nothing is sent, and the date of a bad certificate is of interest as well.
    const tls = connect({ socket, servername, rejectUnauthorized: false });
    try {
      await once(tls, 'secureConnect', { signal: either });
      return tls.getPeerX509Certificate()?.validToDate.getTime();
    } finally {
      tls.destroy();
    }
  } catch {
    return undefined;
  } finally {
    timer.cancel();
  }
}
