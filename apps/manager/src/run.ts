import { isIP } from 'node:net';

import { connect } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { followRules, policyAdmissions, setupPolicy } from '@tke/policy';
import { Cache, Manager, RuntimeMetrics, parseAddress, parseSeconds, type commonFlags, type Flags } from '@tke/runtime';
import { CertificateRotator, HttpsServer, SecretCertificates, WebhookMetrics, admissionRoutes } from '@tke/webhook';

import type { flags as ownFlags } from './flags.ts';
import { leaseName, webhookConfigurations, webhookSecret } from './names.ts';

type ManagerFlags = Flags<typeof ownFlags & typeof commonFlags>;

/** One second less than the apiserver waits, so that it gets our words and not its own. */
const admissionTimeoutMs = 2_000;

/** Serves admission on every replica and runs the reconcilers on the leader, until the signal aborts. */
export async function run(flags: ManagerFlags, logger: Logger, signal: AbortSignal): Promise<void> {
  const { manager, cache } = await createManager(flags, logger);
  addWebhooks(manager, flags);
  // Admission reads the cache: before it is complete, every answer would be a refusal.
  manager.addReadyCheck('cache', () => {
    if (!cache.synced) {
      throw new Error('the objects are still being read');
    }
  });
  const { client, recorder } = manager;
  setupPolicy({ manager, cache, client, recorder });
  await manager.start(signal);
}

async function createManager(flags: ManagerFlags, logger: Logger): Promise<{ manager: Manager; cache: Cache }> {
  const metrics = new RuntimeMetrics();
  const client = await connect({
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    userAgent: 'tke-manager',
    logger,
    onRequest: (request) => metrics.onRequest(request),
  });
  const cache = new Cache({ reader: client, logger, metrics: metrics.cache });
  const manager = new Manager({
    client,
    cache,
    logger,
    name: 'tke-manager',
    metrics,
    leaderElection: {
      namespace: flags.namespace,
      name: leaseName,
      leaseDurationMs: parseSeconds('lease-duration', flags['lease-duration']),
      renewDeadlineMs: parseSeconds('renew-deadline', flags['renew-deadline']),
      retryPeriodMs: parseSeconds('retry-period', flags['retry-period']),
    },
    healthAddress: parseAddress('health-address', flags['health-address']),
    ...(flags['metrics-address'] === ''
      ? {}
      : { metricsAddress: parseAddress('metrics-address', flags['metrics-address']) }),
  });
  return { manager, cache };
}

function addWebhooks(manager: Manager, flags: ManagerFlags): void {
  const { client, cache, logger, metrics } = manager;
  const secret = { namespace: flags.namespace, name: webhookSecret };
  const certificates = new SecretCertificates({ reader: client, secret, logger });
  const server = new HttpsServer({
    name: 'admission',
    address: parseAddress('webhook-address', flags['webhook-address']),
    certificates,
    routes: admissionRoutes(policyAdmissions(cache, followRules(cache)), { logger, timeoutMs: admissionTimeoutMs }),
    logger,
    metrics: new WebhookMetrics(metrics.registry),
    limits: { lameDuckMs: parseSeconds('shutdown-delay', flags['shutdown-delay']) },
  });
  const host = flags['webhook-host'] ?? `tke-manager-webhook.${flags.namespace}.svc`;
  const rotator = new CertificateRotator({
    client,
    secret,
    ...(isIP(host) === 0 ? { dnsNames: [host] } : { ips: [host] }),
    configurations: webhookConfigurations,
    logger,
  });
  manager.add(certificates, 'webhook');
  manager.add(server, 'webhook');
  manager.add(rotator, 'leader');
  manager.addReadyCheck('admission', (checking) => server.probe(checking));
}
