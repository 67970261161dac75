import type { Logger } from '@tke/log';
import { systemClock, type Clock } from '@tke/time';

import type { Client } from './client.ts';
import { loadConfig, thisHost, type Host } from './config/load-config.ts';
import type { RequestObserver } from './transport/observing.ts';
import { routeTo } from './transport/route.ts';
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
  /** For all that a server asks one call to wait before it is repeated. Default: ten tries, however long. */
  readonly longestWaitMs?: number | undefined;
  /** Called after each try, for metrics. Must not throw. */
  readonly onRequest?: RequestObserver;
}

const defaultRequestTimeoutMs = 30_000;

/** Sends nothing yet: a server that is down shows with the first request. Rejects with `InvalidConfiguration`. */
export async function connect(options: ConnectOptions, host: Host = thisHost()): Promise<Client> {
  const { logger, clock = systemClock, onRequest, userAgent } = options;
  const { requestTimeoutMs = defaultRequestTimeoutMs, longestWaitMs } = options;
  const config = await loadConfig(options, host);
  const { transport } = routeTo(config, { logger, clock, onRequest });
  return new KubeClient({ transport, userAgent, clock, logger, requestTimeoutMs, longestWaitMs });
}
