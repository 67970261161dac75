import type { Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { BlockedPod, DrainPass } from './drain-node.ts';

/** What the status of a Machine says of its drain. */
export type DrainStatus = NonNullable<NonNullable<DeepReadonly<Machine>['status']>['drain']>;

const defaultTimeoutSeconds = 600;

export function drainTimeoutMs({ spec }: DeepReadonly<Machine>): number {
  return (spec.drainTimeoutSeconds ?? defaultTimeoutSeconds) * 1000;
}

/** A drain that begins. Its deadline follows from `startedAt` and the spec as it is; that in status is for people. */
export function begunDrain(machine: DeepReadonly<Machine>, now: number): DrainStatus {
  return { startedAt: timestamp(now), deadline: timestamp(now + drainTimeoutMs(machine)), remaining: 0 };
}

export function deadlineOf(machine: DeepReadonly<Machine>, { startedAt }: Pick<DrainStatus, 'startedAt'>): number {
  return Date.parse(startedAt) + drainTimeoutMs(machine);
}

/** How far the drain is after a pass. */
export function drainAfter(
  machine: DeepReadonly<Machine>,
  { startedAt }: DrainStatus,
  { remaining, blocked }: DrainPass,
): DrainStatus {
  const deadline = timestamp(deadlineOf(machine, { startedAt }));
  return { startedAt, deadline, remaining, ...(blocked.length > 0 && { blocked }) };
}

const podsNamed = 3;

/** What is left of a drain, one sentence without a full stop. */
export function remains({ remaining, blocked = [] }: DeepReadonly<Pick<DrainStatus, 'remaining' | 'blocked'>>): string {
  if (blocked.length === 0) {
    return remaining === 1 ? '1 pod is still ending' : `${remaining} pods are still ending`;
  }
  const subject =
    remaining === 1
      ? '1 pod is still there, and blocked'
      : `${remaining} pods are still there, ${blocked.length} of them blocked`;
  const others = blocked.length - podsNamed;
  const named = [...blocked.slice(0, podsNamed).map(told), ...(others > 0 ? [`and ${others} more`] : [])];
  return `${subject}: ${named.join('; ')}`;
}

function told({ namespace, name, reason }: DeepReadonly<BlockedPod>): string {
  return `${namespace}/${name} (${reason.replace(/\.$/, '')})`;
}

/** RFC 3339 in whole seconds, as the API server keeps timestamps. */
function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
