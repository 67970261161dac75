import { Authorizer, type AuthorizerOptions } from '@tke/authz';
import { AuthorizationState, clusterIdentity, watchAuthorization } from '@tke/authz-state';
import type { Reader } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { Cache, type RuntimeMetrics } from '@tke/runtime';
import type { Clock } from '@tke/time';
import type { Authorizer as ReviewHandler } from '@tke/webhook';

import { reviewHandler } from './authorize.ts';
import { decisionLog, type DecisionLogOptions } from './decision-log.ts';
import { decisionMetrics } from './decision-metrics.ts';
import { exportRuleMetrics } from './rule-metrics.ts';

/** After that long without a word, a grant that was taken back may still be in memory: better no answer than that one. */
const longestSilenceMs = 600_000;

export interface ReviewServiceOptions extends Pick<AuthorizerOptions, 'engine' | 'hubTenants' | 'platformNamespaces'> {
  readonly reader: Reader;
  readonly hubCommonName: string;
  readonly logger: Logger;
  readonly metrics: RuntimeMetrics;
  readonly clock: Clock;
  readonly decisionLog: Pick<DecisionLogOptions, 'mode' | 'perSecond'>;
}

export interface ReviewService {
  /** Feeds the service; whoever made it starts it. */
  readonly cache: Cache;
  readonly handler: ReviewHandler;
  /** By name. */
  readonly readyChecks: Readonly<Record<string, () => void>>;
}

/** Everything of the webhook but its server: from what is watched to the answer to a review. */
export function reviewService(options: ReviewServiceOptions): ReviewService {
  const { reader, logger, metrics, clock, hubCommonName, decisionLog: logged, ...decision } = options;
  const cache = new Cache({ reader, logger, clock, metrics: metrics.cache });
  const log = logger.withName('rules');
  const state = new AuthorizationState(({ name, source, defects }) =>
    log.warn('Rule takes part in no decision', { rule: name, source, defects }),
  );
  const watch = watchAuthorization(cache, state);
  const silent = () => cache.silentFor(longestSilenceMs);
  const ready = () => watch.synced && silent().length === 0;
  const { rules, tenants, projects } = state;
  const { registry } = metrics;
  exportRuleMetrics(registry, { state, silentMs: () => cache.longestSilenceMs });
  const authorizer = new Authorizer({ rules, tenants, projects, ready, ...decision });
  return {
    cache,
    handler: reviewHandler(authorizer, {
      ready,
      callers: { hubCommonName, cluster: (name) => clusterIdentity(cache, name) },
      clock,
      revision: () => state.revision,
      observers: [decisionMetrics(registry), decisionLog({ ...logged, logger, clock, registry })],
    }),
    readyChecks: {
      rules: () => {
        if (!watch.synced) {
          throw new Error('rules, tenants and namespaces are still being read');
        }
      },
      watches: () => {
        if (silent().length > 0) {
          throw new Error(`nothing heard of ${silent().join(', ')} for more than ${longestSilenceMs / 60_000} minutes`);
        }
      },
    },
  };
}
