import { renewAnnotation, type Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import { isSkipped } from '../kubeadm/skipped.ts';
import { clientCertificateName } from '../observe/certificates.ts';
import { ensureRenewCerts } from '../steps/control-plane/ensure-renew-certs.ts';
import { ensureStoreCredential } from '../steps/control-plane/ensure-store-credential.ts';

/** A renewal that has changed nothing of what is due is not repeated at once. */
const leastIntervalMs = 86_400_000;

export type RenewalNeed =
  | { readonly kind: 'none' }
  | { readonly kind: 'due' }
  /** The annotation says something that is no time. */
  | { readonly kind: 'unreadable'; readonly value: string };

/** Whether certificates of a built cluster are to be renewed now, by what its status says of them. */
export function renewalNeed(cluster: DeepReadonly<Cluster>, now: number): RenewalNeed {
  if (isUnderWay(cluster) || isAsked(cluster, now) || isDue(cluster, now)) {
    return { kind: 'due' };
  }
  const value = cluster.metadata.annotations?.[renewAnnotation] ?? '';
  return askedTime(cluster) === undefined && value !== '' ? { kind: 'unreadable', value } : { kind: 'none' };
}

function isUnderWay({ status }: DeepReadonly<Cluster>): boolean {
  return status?.plan?.operation === 'Renew' && status.plan.finishedAt === undefined;
}

/** The time has come, and there are certificates from before it. */
function isAsked(cluster: DeepReadonly<Cluster>, now: number): boolean {
  const asked = askedTime(cluster);
  return asked !== undefined && asked <= now && asked > Math.max(lastRenewal(cluster), creation(cluster));
}

function isDue(cluster: DeepReadonly<Cluster>, now: number): boolean {
  const { certificates = [] } = cluster.status ?? {};
  const isOver = certificates.some(
    ({ name, renewAt }) => renewAt !== undefined && Date.parse(renewAt) <= now && !isSkipped(cluster, stepFor(name)),
  );
  return isOver && now - lastRenewal(cluster) >= leastIntervalMs;
}

/** What renews an entry of `status.certificates`; those on hosts are named after them. */
function stepFor(name: string): string {
  return name === clientCertificateName ? ensureStoreCredential.name : ensureRenewCerts.name;
}

/** Milliseconds until the time that somebody has asked for; undefined when there is none to come. */
export function untilAsked(cluster: DeepReadonly<Cluster>, now: number): number | undefined {
  const asked = askedTime(cluster);
  return asked !== undefined && asked > now ? asked - now : undefined;
}

/** Begin of the last renewal that came to its end, milliseconds since the epoch; 0 before the first. */
function lastRenewal({ status }: DeepReadonly<Cluster>): number {
  const { plan, certificatesRenewedAt } = status ?? {};
  const finished = plan?.operation === 'Renew' ? plan.startedAt : undefined;
  return Math.max(timeOf(certificatesRenewedAt), timeOf(finished));
}

function creation({ metadata }: DeepReadonly<Cluster>): number {
  return timeOf(metadata.creationTimestamp ?? undefined);
}

function timeOf(timestamp: string | undefined): number {
  return timestamp === undefined ? 0 : Date.parse(timestamp);
}

// Date.parse takes much else, in the time zone of the process.
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

function askedTime({ metadata }: DeepReadonly<Cluster>): number | undefined {
  const value = metadata.annotations?.[renewAnnotation] ?? '';
  const time = rfc3339.test(value) ? Date.parse(value) : NaN;
  return Number.isFinite(time) ? time : undefined;
}
