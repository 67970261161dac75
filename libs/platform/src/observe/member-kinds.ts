import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import type { ResourceList } from '@tke/quantity';

interface ObservedCondition {
  readonly type: string;
  readonly status: string;
}

/** The part of core/v1 Node that is looked at. */
export interface ObservedNode extends KubeObject {
  readonly status?: {
    readonly capacity?: ResourceList;
    readonly allocatable?: ResourceList;
    readonly conditions?: readonly ObservedCondition[];
  };
}

interface Requirements {
  readonly requests?: ResourceList;
}

export interface ObservedContainer {
  readonly resources?: Requirements;
  /** Of init containers: `Always` makes one a sidecar. */
  readonly restartPolicy?: string;
}

/** The part of core/v1 Pod that is looked at. */
export interface ObservedPod extends KubeObject {
  readonly spec?: {
    readonly containers?: readonly ObservedContainer[];
    readonly initContainers?: readonly ObservedContainer[];
    readonly overhead?: ResourceList;
    readonly resources?: Requirements;
  };
  readonly status?: { readonly conditions?: readonly ObservedCondition[] };
}

export const nodeKind: Kind<ObservedNode> = { ...core('Node', 'nodes'), namespaced: false };
export const podKind: Kind<ObservedPod> = { ...core('Pod', 'pods'), namespaced: true };

export function isReady({ status }: DeepReadonly<ObservedNode | ObservedPod>): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

function core(kind: string, plural: string) {
  return { group: '', version: 'v1', kind, plural } as const;
}
