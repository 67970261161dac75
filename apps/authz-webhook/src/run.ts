import { readFile } from 'node:fs/promises';

import { builtinModel, engineOf } from '@tke/authz';
import { connect } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import {
  Manager,
  RuntimeMetrics,
  parseAddress,
  parseSeconds,
  required,
  type commonFlags,
  type Flags,
} from '@tke/runtime';
import { systemClock } from '@tke/time';
import { FileCertificates, HttpsServer, WebhookMetrics, subjectAccessReviewRoutes } from '@tke/webhook';

import type { flags as ownFlags } from './flags.ts';
import { reviewService } from './review-service.ts';

type WebhookFlags = Flags<typeof ownFlags & typeof commonFlags>;

/** Serves reviews until the signal aborts. Every replica serves; there is nothing to elect. */
export async function run(flags: WebhookFlags, logger: Logger, signal: AbortSignal): Promise<void> {
  const engine = engineOf(flags.model === undefined ? builtinModel : await readFile(flags.model, 'utf8'));
  const metrics = new RuntimeMetrics();
  const client = await connect({
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    userAgent: 'tke-authz-webhook',
    logger,
    onRequest: (request) => metrics.onRequest(request),
  });
  const { cache, handler, readyChecks } = reviewService({
    reader: client,
    engine,
    hubTenants: new Set(namesIn(flags['hub-tenants'])),
    hubCommonName: flags['hub-common-name'],
    logger,
    metrics,
    clock: systemClock,
  });
  const certificates = new FileCertificates({ files: { dir: required('tls-dir', flags['tls-dir']) }, logger });
  const server = new HttpsServer({
    name: 'authz',
    ...(await serverFlags(flags)),
    certificates,
    routes: subjectAccessReviewRoutes(handler),
    logger,
    metrics: new WebhookMetrics(metrics.registry),
  });
  const manager = new Manager({
    client,
    cache,
    logger,
    name: 'tke-authz-webhook',
    metrics,
    ...managerFlags(flags),
  });
  manager.add(certificates, 'webhook');
  manager.add(server, 'webhook');
  manager.addReadyCheck('server', (checking) => server.probe(checking));
  for (const [name, check] of Object.entries(readyChecks)) {
    manager.addReadyCheck(name, check);
  }
  await manager.start(signal);
}

async function serverFlags(flags: WebhookFlags) {
  return {
    address: parseAddress('address', flags.address),
    clientCa: await readFile(required('client-ca', flags['client-ca']), 'utf8'),
    limits: { lameDuckMs: parseSeconds('shutdown-delay', flags['shutdown-delay']) },
  };
}

function managerFlags(flags: WebhookFlags) {
  const metricsAddress = flags['metrics-address'];
  return {
    healthAddress: parseAddress('health-address', flags['health-address']),
    ...(metricsAddress === '' ? {} : { metricsAddress: parseAddress('metrics-address', metricsAddress) }),
  };
}

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
