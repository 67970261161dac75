import type { Taint } from '@tke/api-platform';
import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import type { ResourceList } from '@tke/quantity';

export interface NodeCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface NodeAddress {
  readonly type: string;
  readonly address: string;
}

/** The part of core/v1 Node that is looked at. */
export interface Node extends KubeObject {
  readonly spec?: {
    readonly podCIDR?: string;
    /** One, or one of each family, the first the same as `podCIDR`; set by the controller manager. */
    readonly podCIDRs?: readonly string[];
    readonly taints?: readonly Taint[];
    readonly unschedulable?: boolean;
  };
  readonly status?: {
    readonly capacity?: ResourceList;
    readonly allocatable?: ResourceList;
    readonly conditions?: readonly NodeCondition[];
    readonly addresses?: readonly NodeAddress[];
  };
}

export const nodeKind: Kind<Node> = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };

interface Conditioned {
  readonly status?: { readonly conditions?: readonly NodeCondition[] };
}

export function readyCondition({ status }: DeepReadonly<Conditioned>): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Of Nodes and Pods. */
export function isReady(object: DeepReadonly<Conditioned>): boolean {
  return readyCondition(object)?.status === 'True';
}

export function internalIPs({ status }: DeepReadonly<Node>): readonly string[] {
  return (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address);
}
