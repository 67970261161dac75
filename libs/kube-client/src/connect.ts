import type { Logger } from '@tke/log';
import { systemClock, type Clock } from '@tke/time';

import type { Client } from './client.ts';
import type { ClusterConfig, UserConfig } from './config/cluster-config.ts';
import { loadConfig, thisHost, type Host } from './config/load-config.ts';
import { AuthProviderCredentials } from './credentials/auth-provider-credentials.ts';
import type { CredentialSource } from './credentials/credential.ts';
import { ExecCredentials } from './credentials/exec-credentials.ts';
import { StoredCredentials } from './credentials/stored-credentials.ts';
import { storedValue, type StorageTools } from './credentials/stored-value.ts';
import { authenticating } from './transport/authenticating.ts';
import { impersonatingTransport } from './transport/impersonating.ts';
import { observing, type RequestObserver } from './transport/observing.ts';
import { UndiciTransport } from './transport/undici-transport.ts';
import { KubeClient } from './typed/kube-client.ts';

export interface ConnectOptions {
  /** Path of a kubeconfig. Default: the files of `$KUBECONFIG`, else `~/.kube/config`, else the pod's service account. */
  readonly kubeconfig?: string;
  /** Default: the kubeconfig's current-context. */
  readonly context?: string;
  /** `<program>/<version>`, for the server's audit log. */
  readonly userAgent: string;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** For one try of a call, body included; of a watch, until its headers. Default 30,000 ms. */
  readonly requestTimeoutMs?: number;
  /** Called after each try, for metrics. Must not throw. */
  readonly onRequest?: RequestObserver;
}

const defaultRequestTimeoutMs = 30_000;

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

/** Sends nothing yet: a server that is down shows with the first request. Rejects with `InvalidConfiguration`. */
export async function connect(options: ConnectOptions, host: Host = thisHost()): Promise<Client> {
  const { logger, clock = systemClock, onRequest, userAgent } = options;
  const { requestTimeoutMs = defaultRequestTimeoutMs } = options;
  const config = await loadConfig(options, host);
  const tools = { clock, logger };
  const network = new UndiciTransport({
    url: config.server,
    ca: config.ca && storedValue(config.ca, tools),
    serverName: config.serverName,
    insecureSkipVerify: config.insecureSkipVerify,
    proxyUrl: config.proxyUrl,
  });
  const observed = onRequest === undefined ? network : observing(network, onRequest, clock);
  const authenticated = authenticating(observed, credentialsOf(config.user, config, tools));
  const transport =
    config.impersonate === undefined ? authenticated : impersonatingTransport(authenticated, config.impersonate);
  return new KubeClient({ transport, userAgent, clock, logger, requestTimeoutMs });
}
