import type { Taint } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';

import type { NodeSpec } from '../../build/scope.ts';
import { machineIPLabel } from '../../names.ts';
import { machineIPLabelValue } from './machine-ip.ts';

export interface MarkOptions {
  /** Whether pods may be placed on hosts of the control plane. Default false. */
  readonly schedulable?: boolean;
  /**
   * Whether new pods are kept off. False takes back no cordon but one that was set by true; absent leaves the cordon as
   * it is.
   */
  readonly cordoned?: boolean;
}

/** As kubeadm marks the control plane: kubeadm/app/phases/markcontrolplane. */
const controlPlaneLabels = {
  'node-role.kubernetes.io/control-plane': '',
  'node.kubernetes.io/exclude-from-external-load-balancers': '',
};

export const controlPlaneTaint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' } as const;

export function wantedLabels({ ip, role, labels }: NodeSpec): Readonly<Record<string, string>> {
  return {
    ...labels,
    ...(role === 'ControlPlane' ? controlPlaneLabels : {}),
    [machineIPLabel]: machineIPLabelValue(ip),
  };
}

/** One per key and effect, as the API wants them; those of spec come first. */
export function wantedTaints(
  { role, taints }: NodeSpec,
  { schedulable = false }: Pick<MarkOptions, 'schedulable'> = {},
): readonly DeepReadonly<Taint>[] {
  const all = [
    ...taints.map(({ key, value, effect }) => ({ key, effect, ...(value ? { value } : {}) })),
    ...(role === 'ControlPlane' && !schedulable ? [controlPlaneTaint] : []),
  ];
  return all.filter((taint, i) => all.findIndex((each) => taintId(each) === taintId(taint)) === i);
}

/** What tells the taints of a Node apart. */
export function taintId({ key, effect }: DeepReadonly<Pick<Taint, 'key' | 'effect'>>): string {
  return `${key}:${effect}`;
}
