import type { Health } from '@tke/member-cluster';

import { authzClientName, type Certificate } from './certificates.ts';
import { unavailable, type SeenComponent } from './components.ts';
import type { ObservedCondition } from './observation.ts';
import { timestampOf } from './timestamp.ts';

const expiresSoonMs = 30 * 86_400_000;

/** Nothing while there is no verdict: one unanswered probe tells nobody anything. */
export function connected({ state, lastSeen, lastError }: Health): readonly ObservedCondition[] {
  const type = 'Connected';
  if (state === 'Healthy') {
    return [{ type, status: 'True', reason: 'Answers', message: 'The API server answers.' }];
  }
  if (state !== 'Unhealthy') {
    return [];
  }
  const since = lastSeen === undefined ? 'has never answered' : `has not answered since ${timestampOf(lastSeen)}`;
  const why = lastError === undefined ? '' : `: ${lastError.message}. ${lastError.remedy}`;
  return [
    {
      type,
      status: 'False',
      reason: lastError?.code ?? 'NoAnswer',
      message: `The API server ${since}${why}`,
    },
  ];
}

export function controlPlaneHealthy(
  { state }: Health,
  components: readonly SeenComponent[] | undefined,
): readonly ObservedCondition[] {
  const type = 'ControlPlaneHealthy';
  if (state === 'Unhealthy') {
    const message = 'The API server does not answer, so nothing is known of the control plane.';
    return [{ type, status: 'Unknown', reason: 'NotConnected', message }];
  }
  if (state !== 'Healthy' || components === undefined) {
    return [];
  }
  const down = unavailable(components);
  if (down.length === 0) {
    return [{ type, status: 'True', reason: 'AllAvailable', message: 'Every component that can be seen is ready.' }];
  }
  return [{ type, status: 'False', reason: 'ComponentUnavailable', message: down.map(described).join('; ') }];
}

const mostShown = 3;

function described({ component: { type, replicas }, unreadyOn }: SeenComponent): string {
  const more = unreadyOn.length > mostShown ? ` and ${unreadyOn.length - mostShown} more` : '';
  const where = unreadyOn.length === 0 ? '' : `, not on ${unreadyOn.slice(0, mostShown).join(', ')}${more}`;
  return `${type}: ${replicas.available} of ${replicas.desired} are ready${where}`;
}

export function certificatesValid(
  certificates: readonly Certificate[] | undefined,
  nowMs: number,
): readonly ObservedCondition[] {
  const type = 'CertificatesValid';
  const first = firstToEnd(certificates ?? []);
  if (first === undefined) {
    return [];
  }
  const endMs = Date.parse(first.notAfter);
  const what = `the certificate ${first.name}`;
  const remedy = remedyFor(first);
  if (endMs <= nowMs) {
    const message = `${what} has ended at ${first.notAfter}: ${remedy}`;
    return [{ type, status: 'False', reason: 'CertificateExpired', message }];
  }
  if (endMs - nowMs < expiresSoonMs) {
    const message = `${what} ends at ${first.notAfter}: ${remedy}`;
    return [{ type, status: 'False', reason: 'CertificateExpiresSoon', message }];
  }
  return [{ type, status: 'True', reason: 'Valid', message: `${what} is the first to end, at ${first.notAfter}` }];
}

function remedyFor({ name, renewAt }: Certificate): string {
  if (name === authzClientName) {
    return 'the condition AuthorizationCurrent says why it is not renewed';
  }
  return renewAt === undefined ? 'renew it' : 'the condition CertificatesRenewed says why it is not renewed';
}

export function firstToEnd(certificates: readonly Certificate[]): Certificate | undefined {
  return [...certificates].sort((a, b) => Date.parse(a.notAfter) - Date.parse(b.notAfter))[0];
}

/** What could not be found out, by what it is about. */
export function observed(failures: Readonly<Record<string, string>>): ObservedCondition {
  const type = 'Observed';
  const told = Object.entries(failures).map(([what, message]) => `${what}: ${message}`);
  return told.length === 0
    ? { type, status: 'True', reason: 'Observed', message: 'Nodes, pods and certificates could be read.' }
    : {
        type,
        status: 'False',
        reason: 'NotObserved',
        message: `what the status says of these is old: ${told.join('; ')}`,
      };
}
