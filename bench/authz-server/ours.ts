// Our server over the rules of a whole platform, of which some change all the time.
import { RuleIndex } from '@tke/authz';
import { discardLogger } from '@tke/log';
import { RuntimeMetrics } from '@tke/runtime';
import { systemClock } from '@tke/time';
import { HttpsServer, subjectAccessReviewRoutes, WebhookMetrics } from '@tke/webhook';

import { reviewHandler } from '../../apps/authz-webhook/src/authorize.ts';
import { decisionMetrics } from '../../apps/authz-webhook/src/decision-metrics.ts';
import { authorizerOf } from '../authz/requests.ts';
import { tenantsOf, type WorldRule } from '../authz/world.ts';
import { runServer, type ServerSetup } from './child.ts';

runServer(async ({ protocol, rules: count, churn, certPem, keyPem, clientCa }: ServerSetup) => {
  const rules = new RuleIndex();
  const changing: WorldRule[] = [];
  const population = [];
  for (const { name, users, rules: held } of tenantsOf(count)) {
    population.push({ name, users });
    held.forEach((rule, at) => {
      rules.upsert(rule.name, rule.spec, rule.source);
      if (at % 100 === 0) {
        changing.push(rule);
      }
    });
  }
  keepChanging(rules, changing, churn);
  const metrics = new RuntimeMetrics();
  const server = new HttpsServer({
    name: 'bench',
    address: { host: '127.0.0.1', port: 0 },
    certificates: { current: () => ({ certPem, keyPem }), subscribe: () => () => undefined },
    clientCa,
    http2: protocol === 'h2',
    limits: { callerRate: { perSecond: 1e6, burstSeconds: 1, longestDelayMs: 1000 } },
    routes: subjectAccessReviewRoutes(
      reviewHandler(authorizerOf(rules, population), {
        ready: () => true,
        callers: { hubCommonName: 'kube-apiserver', cluster: () => undefined },
        revision: () => '4821',
        clock: systemClock,
        observers: [decisionMetrics(metrics.registry)],
      }),
    ),
    logger: discardLogger,
    metrics: new WebhookMetrics(metrics.registry),
  });
  void server.start(new AbortController().signal);
  await server.listening;
  return Number(new URL(server.url).port);
});

/** Takes rules away and brings them back, as a watch would. */
function keepChanging(rules: RuleIndex, changing: readonly WorldRule[], perSecond: number): void {
  let [turn, done] = [0, 0];
  const startedAt = performance.now();
  const step = () => {
    const due = ((performance.now() - startedAt) / 1000) * perSecond;
    for (; done < due; done += 1) {
      const rule = changing[Math.floor(turn / 2) % changing.length]!;
      if (turn % 2 === 0) {
        rules.remove(rule.name);
      } else {
        rules.upsert(rule.name, rule.spec, rule.source);
      }
      turn += 1;
    }
  };
  if (perSecond > 0) {
    setInterval(step, 5);
  }
}
