import { bareHost, type AddressGuard } from '@tke/net';
import { buildConnector } from 'undici';

export interface DirectOptions {
  readonly guard: AddressGuard | undefined;
  /** For TCP and TLS together. */
  readonly timeoutMs: number;
  readonly tls: buildConnector.BuildOptions;
}

/** Connects to the server itself, where the guard lets it. */
export function directConnector({ guard, timeoutMs, tls }: DirectOptions): buildConnector.connector {
  const options = { ...tls, allowH2: false, timeout: timeoutMs };
  if (guard === undefined) {
    return buildConnector(options);
  }
  const connect = buildConnector({ ...options, lookup: guard.lookup });
  return (to, callback) => {
    try {
      guard.check(bareHost(to.hostname));
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    connect(to, callback);
  };
}
