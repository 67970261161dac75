import type { Kind, KubeObject } from '@tke/meta';
import type { ResourceList } from '@tke/quantity';

import type { NodeCondition } from './node.ts';

interface Requirements {
  readonly requests?: ResourceList;
}

export interface Container {
  readonly resources?: Requirements;
  /** Of init containers: `Always` makes one a sidecar. */
  readonly restartPolicy?: string;
}

/** The part of core/v1 Pod that is looked at. */
export interface Pod extends KubeObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly overhead?: ResourceList;
    readonly resources?: Requirements;
  };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly NodeCondition[];
  };
}

export const podKind: Kind<Pod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
