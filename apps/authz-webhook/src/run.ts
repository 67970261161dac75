import { readFile } from 'node:fs/promises';

import { Authorizer, builtinModel, engineOf } from '@tke/authz';
import { connect } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import {
  Cache,
  Manager,
  RuntimeMetrics,
  parseAddress,
  parseSeconds,
  required,
  type commonFlags,
  type Flags,
} from '@tke/runtime';
import { FileCertificates, HttpsServer, WebhookMetrics, subjectAccessReviewRoutes } from '@tke/webhook';

import { reviewHandler } from './authorize.ts';
import type { flags as ownFlags } from './flags.ts';
import { Knowledge } from './knowledge.ts';

/** Serves reviews until the signal aborts. Every replica serves; there is nothing to elect. */
export async function run(
  flags: Flags<typeof ownFlags & typeof commonFlags>,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const clientCa = await readFile(required('client-ca', flags['client-ca']), 'utf8');
  const engine = engineOf(flags.model === undefined ? builtinModel : await readFile(flags.model, 'utf8'));
  const metrics = new RuntimeMetrics();
  const client = await connect({
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    userAgent: 'tke-authz-webhook',
    logger,
    onRequest: (request) => metrics.onRequest(request),
  });
  const cache = new Cache({ reader: client, logger });
  const knowledge = new Knowledge(cache);
  const ready = () => knowledge.complete;
  const { rules, tenants, projects } = knowledge;
  const authorizer = new Authorizer({ rules, tenants, projects, ready, engine });
  const certificates = new FileCertificates({ files: { dir: required('tls-dir', flags['tls-dir']) }, logger });
  const server = new HttpsServer({
    name: 'authz',
    address: parseAddress('address', flags.address),
    certificates,
    clientCa,
    routes: subjectAccessReviewRoutes(reviewHandler(authorizer, ready)),
    logger,
    metrics: new WebhookMetrics(metrics.registry),
    limits: { lameDuckMs: parseSeconds('shutdown-delay', flags['shutdown-delay']) },
  });
  const manager = new Manager({
    client,
    cache,
    logger,
    name: 'tke-authz-webhook',
    metrics,
    healthAddress: parseAddress('health-address', flags['health-address']),
    ...(flags['metrics-address'] === ''
      ? {}
      : { metricsAddress: parseAddress('metrics-address', flags['metrics-address']) }),
  });
  manager.add(certificates, 'webhook');
  manager.add(server, 'webhook');
  manager.addReadyCheck('server', (checking) => server.probe(checking));
  manager.addReadyCheck('rules', () => {
    if (!ready()) {
      throw new Error('rules, tenants and namespaces are still being read');
    }
  });
  await manager.start(signal);
}
