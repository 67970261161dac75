import { readFile } from 'node:fs/promises';

import { builtinModel, engineOf } from '@tke/authz';
import { connect } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import {
  Manager,
  RuntimeMetrics,
  parseAddress,
  parseOneOf,
  parsePositive,
  parseSeconds,
  required,
  type commonFlags,
  type Flags,
} from '@tke/runtime';
import { systemClock } from '@tke/time';
import {
  defaultLimits,
  FileAuthority,
  FileCertificates,
  HttpsServer,
  WebhookMetrics,
  subjectAccessReviewRoutes,
} from '@tke/webhook';

import { decisionLogModes } from './decision-log.ts';
import type { flags as ownFlags } from './flags.ts';
import { reviewService } from './review-service.ts';

type WebhookFlags = Flags<typeof ownFlags & typeof commonFlags>;

const stopMarginMs = 10_000;

/** Serves reviews until the signal aborts. Every replica serves; there is nothing to elect. */
export async function run(flags: WebhookFlags, logger: Logger, signal: AbortSignal): Promise<void> {
  const engine = engineOf(flags.model === undefined ? builtinModel : await readFile(flags.model, 'utf8'));
  const metrics = new RuntimeMetrics();
  const client = await connect({ ...clientFlags(flags), logger, onRequest: (request) => metrics.onRequest(request) });
  const { cache, handler, readyChecks } = reviewService({
    reader: client,
    engine,
    logger,
    metrics,
    clock: systemClock,
    ...decisionFlags(flags),
  });
  const clientCa = new FileAuthority({ path: required('client-ca', flags['client-ca']), logger });
  await clientCa.load();
  const certificates = new FileCertificates({ files: { dir: required('tls-dir', flags['tls-dir']) }, logger });
  const server = new HttpsServer({
    name: 'authz',
    ...serverFlags(flags),
    certificates,
    clientCa,
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
  manager.add(clientCa, 'webhook');
  manager.add(server, 'webhook');
  manager.addReadyCheck('server', (checking) => server.probe(checking));
  for (const [name, check] of Object.entries(readyChecks)) {
    manager.addReadyCheck(name, check);
  }
  await manager.start(signal);
}

function clientFlags({ kubeconfig }: WebhookFlags) {
  return { userAgent: 'tke-authz-webhook', ...(kubeconfig === undefined ? {} : { kubeconfig }) };
}

function decisionFlags(flags: WebhookFlags) {
  return {
    hubTenants: new Set(namesIn(flags['hub-tenants'])),
    platformNamespaces: new Set(namesIn(flags['platform-namespaces'])),
    hubCommonName: flags['hub-common-name'],
    decisionLog: {
      mode: parseOneOf('decision-log', flags['decision-log'], decisionLogModes),
      perSecond: parsePositive('decision-log-rate', flags['decision-log-rate']),
    },
  };
}

function serverFlags(flags: WebhookFlags) {
  return {
    address: parseAddress('address', flags.address),
    http2: flags.http2,
    limits: {
      lameDuckMs: parseSeconds('shutdown-delay', flags['shutdown-delay']),
      callerRate: { ...defaultLimits.callerRate, perSecond: parsePositive('caller-rate', flags['caller-rate']) },
    },
  };
}

function managerFlags(flags: WebhookFlags) {
  const metricsAddress = flags['metrics-address'];
  const drainMs = parseSeconds('shutdown-delay', flags['shutdown-delay']) + defaultLimits.drainTimeoutMs;
  return {
    // The server may need all of that; what is stopped after it needs a moment of its own.
    gracefulStopMs: drainMs + stopMarginMs,
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
