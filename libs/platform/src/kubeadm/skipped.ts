import type { Cluster } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

/** Whether spec leaves a step out, and with it what others would build on. */
export function isSkipped({ spec }: DeepReadonly<Pick<Cluster, 'spec'>>, ...names: readonly string[]): boolean {
  return spec.features?.skipConditions?.some((name) => names.includes(name)) ?? false;
}
