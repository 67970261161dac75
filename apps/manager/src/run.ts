import { isIP } from 'node:net';

import { businessAdmissions, clusterEndWarnings, setupBusiness } from '@tke/business';
import { connect } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { HostPool } from '@tke/host';
import { MemberClusters } from '@tke/member-cluster';
import type { AddressGuard } from '@tke/net';
import { platformAdmissions, platformSteps, registerAdmissionInformers, setupPlatform } from '@tke/platform';
import {
  EscalationGuard,
  administersTenant,
  callerTenant,
  followRules,
  mayReach,
  policyAdmissions,
  setupPolicy,
  tellStanding,
  unknownUser,
} from '@tke/policy';
import { Cache, Manager, RuntimeMetrics, parseAddress, parseSeconds, type commonFlags, type Flags } from '@tke/runtime';
import { systemClock } from '@tke/time';
import {
  CertificateRotator,
  HttpsServer,
  SecretCertificates,
  WebhookMetrics,
  admissionRoutes,
  type AdmissionRequest,
  type KindAdmission,
} from '@tke/webhook';

import type { flags as ownFlags } from './flags.ts';
import { hubIdentity } from './hub-identity.ts';
import { leaseName, webhookConfigurations, webhookSecret } from './names.ts';
import { authorizationOf, filesOf, guardOf, packagesOf } from './platform-options.ts';

type ManagerFlags = Flags<typeof ownFlags & typeof commonFlags>;

/** One second less than the apiserver waits, so that it gets our words and not its own. */
const admissionTimeoutMs = 2_000;

/** Serves admission on every replica and runs the reconcilers on the leader, until the signal aborts. */
export async function run(flags: ManagerFlags, logger: Logger, signal: AbortSignal): Promise<void> {
  const { manager, cache } = await createManager(flags, logger);
  addWebhooks(manager, cache, flags);
  // Admission reads the cache: before it is complete, every answer would be a refusal.
  manager.addReadyCheck('cache', () => {
    if (!cache.synced) {
      throw new Error('the objects are still being read');
    }
  });
  const { client, recorder } = manager;
  setupPolicy({ manager, cache, client, recorder });
  const guard = guardOf(flags);
  const members = new MemberClusters({ userAgent: 'tke-manager', logger, guard, leaderOnly: true });
  await addPlatform({ manager, cache, members, guard, flags, signal });
  setupBusiness({ manager, cache, client, recorder, members });
  await manager.start(signal);
}

interface PlatformParts {
  readonly manager: Manager;
  readonly cache: Cache;
  readonly members: MemberClusters;
  readonly guard: AddressGuard;
  readonly flags: ManagerFlags;
  readonly signal: AbortSignal;
}

async function addPlatform({ manager, cache, members, guard, flags, signal }: PlatformParts): Promise<void> {
  const { client, recorder, logger } = manager;
  setupPlatform({
    ...{ manager, cache, client, recorder, members, guard, logger },
    namespace: flags.namespace,
    hub: await hubIdentity(client, logger, signal),
    pool: new HostPool({ clock: systemClock, logger, guard }),
    packages: packagesOf(flags, logger),
    files: filesOf(flags),
    authorization: await authorizationOf(flags),
    fencingToken: () => manager.fencingToken,
    steps: platformSteps,
  });
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

function addWebhooks(manager: Manager, cache: Cache, flags: ManagerFlags): void {
  const { client, logger, metrics } = manager;
  const secret = { namespace: flags.namespace, name: webhookSecret };
  const certificates = new SecretCertificates({ reader: client, secret, logger });
  const server = new HttpsServer({
    name: 'admission',
    address: parseAddress('webhook-address', flags['webhook-address']),
    certificates,
    routes: admissionRoutes(admissionsOf(cache, flags.namespace), { logger, timeoutMs: admissionTimeoutMs }),
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

/** Asks the cache for what they read. */
function admissionsOf(cache: Cache, namespace: string): readonly KindAdmission[] {
  registerAdmissionInformers(cache, namespace);
  const rules = followRules(cache);
  const guard = new EscalationGuard({ cache, rules });
  const grantProblems = (request: AdmissionRequest) => guard.problems(request);
  const callers = { callerTenant, administersTenant: administersTenant(cache) };
  return [
    ...policyAdmissions(cache, rules, guard),
    ...platformAdmissions(cache, { namespace, ...callers, clusterEndWarnings: clusterEndWarnings(cache) }),
    ...businessAdmissions(cache, {
      ...callers,
      grantProblems,
      mayReach: mayReach(cache, rules),
      tellStanding: tellStanding(cache, rules),
      unknownUser: unknownUser(cache),
    }),
  ];
}
