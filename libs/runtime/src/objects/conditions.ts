import type { Condition, ConditionStatus, DeepReadonly } from '@tke/meta';
import type { Clock } from '@tke/time';

export interface ConditionContext {
  /** `metadata.generation` of the object the condition was computed from. */
  readonly generation: number | undefined;
  readonly clock: Clock;
}

/** A condition as a reconciler states it; the rest is stamped. */
export interface ConditionState {
  readonly type: string;
  readonly status: ConditionStatus;
  /** CamelCase. */
  readonly reason: string;
  readonly message?: string;
}

// metav1.Condition, +kubebuilder:validation:MaxLength.
const longestMessage = 32_768;

/**
 * The list with one condition set, in place or at the end. `lastTransitionTime` moves when the status does, and only
 * then; `observedGeneration` is stamped. The given list is left alone.
 */
export function setCondition(
  conditions: DeepReadonly<Condition[]> | undefined,
  { type, status, reason, message = '' }: ConditionState,
  { generation, clock }: ConditionContext,
): Condition[] {
  const known = conditions?.find((condition) => condition.type === type);
  const condition: Condition = {
    type,
    status,
    reason,
    message: message.slice(0, longestMessage),
    lastTransitionTime: known?.status === status ? known.lastTransitionTime : timestamp(clock),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const list = (conditions ?? []).map((other) => (other.type === type ? condition : { ...other }));
  return known === undefined ? [...list, condition] : list;
}

export function findCondition(
  conditions: DeepReadonly<Condition[]> | undefined,
  type: string,
): DeepReadonly<Condition> | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** metav1.Time: RFC 3339 in whole seconds; the server drops the rest, and a fraction would look like a change. */
export function timestamp(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`;
}
