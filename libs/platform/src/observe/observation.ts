import type { Cluster } from '@tke/api-platform';
import type { Condition, ConditionStatus, DeepReadonly } from '@tke/meta';
import { setCondition } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { StatusFields } from '../objects/status-draft.ts';
import { hostOf, type Certificate } from './certificates.ts';
import { firstToEnd } from './conditions.ts';

type ClusterStatus = StatusFields<Cluster>;

export interface ObservedCondition {
  readonly type: 'Connected' | 'Observed' | 'ControlPlaneHealthy' | 'CertificatesValid';
  readonly status: ConditionStatus;
  /** CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** What is known of a cluster by looking at it. What could not be found out is missing, and keeps its place in the status. */
export interface ClusterObservation {
  readonly fields: Partial<ClusterStatus>;
  readonly conditions: readonly ObservedCondition[];
  /** When to look again because a part of it is known to be old. */
  readonly lookAgainInMs?: number;
}

export interface ObservationContext {
  /** `metadata.generation` of the Cluster. */
  readonly generation: number | undefined;
  readonly clock: Clock;
}

/** The fields of a status that certificates change which were found without the API server: for `StatusDraft.update`. */
export function withCertificates(
  { certificates = [] }: ClusterStatus,
  found: readonly Certificate[],
): Partial<ClusterStatus> {
  const names = new Set(found.map(({ name }) => name));
  const hosts = new Set(found.flatMap(({ name }) => hostOf(name) ?? []));
  const isOld = ({ name }: Certificate) => names.has(name) || hosts.has(hostOf(name) ?? '');
  const all = [...certificates.filter((each) => !isOld(each)), ...found];
  const first = firstToEnd(all);
  return first === undefined ? {} : { certificates: all, certificatesExpireAt: first.notAfter };
}

/** The fields of a status that an observation changes: for `StatusDraft.update`. */
export function withObservation(
  status: ClusterStatus,
  { fields, conditions }: ClusterObservation,
  context: ObservationContext,
): Partial<ClusterStatus> {
  const known = (status.conditions ?? []) as DeepReadonly<Condition[]>;
  const all = conditions.reduce((list, condition) => setCondition(list, condition, context), known);
  return {
    ...fields,
    // Bound to the name once it is known: see IdentityChanged.
    ...(status.uid !== undefined && { uid: status.uid }),
    // What was found out of one part stands beside what is known of the others.
    ...(fields.resource !== undefined && { resource: { ...status.resource, ...fields.resource } }),
    ...(conditions.length > 0 && { conditions: all }),
  };
}
