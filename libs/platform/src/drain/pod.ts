import type { Kind, KubeObject } from '@tke/meta';

/** The part of core/v1 Pod that a drain looks at. */
export interface Pod extends KubeObject {
  spec: {
    nodeName?: string;
    terminationGracePeriodSeconds?: number;
  };
  status?: { phase?: string };
}

export const podKind: Kind<Pod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
