import type { Logger } from '@tke/log';
import type { AddressGuard } from '@tke/net';
import type { Clock } from '@tke/time';

import type { ClusterConfig, UserConfig } from '../config/cluster-config.ts';
import { AuthProviderCredentials } from '../credentials/auth-provider-credentials.ts';
import type { CredentialSource } from '../credentials/credential.ts';
import { ExecCredentials } from '../credentials/exec-credentials.ts';
import { StoredCredentials } from '../credentials/stored-credentials.ts';
import { storedValue, type StorageTools } from '../credentials/stored-value.ts';
import { authenticating } from './authenticating.ts';
import { FailoverTransport } from './failover.ts';
import { impersonatingTransport } from './impersonating.ts';
import { observing, type RequestObserver } from './observing.ts';
import type { Transport } from './transport.ts';
import { UndiciTransport } from './undici-transport.ts';

export interface RouteOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly onRequest?: RequestObserver | undefined;
  /** Default 10,000 ms. */
  readonly connectTimeoutMs?: number | undefined;
  /** Of calls, to each address; watches come on top, one each. Default 32. */
  readonly maxConnections?: number | undefined;
  /** Which addresses may be connected to. Default: all. */
  readonly guard?: AddressGuard | undefined;
}

/** A way to a server, its sockets included. */
export interface Route {
  readonly transport: Transport;
  /** Sends further requests over new sockets only. */
  renew(): void;
  /** Takes no further request. Resolves when those under way have ended by themselves. */
  drain(): Promise<void>;
}

function credentialsOf(user: UserConfig, config: ClusterConfig, tools: StorageTools): CredentialSource {
  switch (user.type) {
    case 'stored':
      return new StoredCredentials(user, tools);
    case 'exec':
      return new ExecCredentials(user.plugin, tools.clock);
    case 'auth-provider':
      return new AuthProviderCredentials(user.provider, config.server.href);
  }
}

/** Opens no connection yet. */
export function routeTo(config: ClusterConfig, options: RouteOptions): Route {
  const { clock, onRequest, connectTimeoutMs, maxConnections, guard } = options;
  const ca = config.ca && storedValue(config.ca, options);
  const network = (url: URL) =>
    new UndiciTransport({
      url,
      ca,
      serverName: config.serverName,
      insecureSkipVerify: config.insecureSkipVerify,
      proxyUrl: config.proxyUrl,
      guard,
      connectTimeoutMs,
      maxConnections,
    });
  const observed = (transport: Transport) =>
    onRequest === undefined ? transport : observing(transport, onRequest, clock);
  const first = network(config.server);
  const others = (config.alternatives ?? []).map(network);
  const networks = [first, ...others];
  const reached =
    others.length === 0 ? observed(first) : new FailoverTransport([observed(first), ...others.map(observed)]);
  const authenticated = authenticating(reached, credentialsOf(config.user, config, options));
  const { impersonate } = config;
  return {
    transport: impersonate === undefined ? authenticated : impersonatingTransport(authenticated, impersonate),
    renew: () => networks.forEach((each) => each.renew()),
    drain: async () => {
      await Promise.all(networks.map((each) => each.drain()));
    },
  };
}
