import { kindKey, type Kind, type KubeObject } from '@tke/meta';

export interface ResourceQuota extends KubeObject {
  spec?: { hard?: Record<string, string>; scopes?: string[]; scopeSelector?: object };
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

export interface LimitRange extends KubeObject {
  spec?: { limits?: object[] };
}

export const resourceQuota: Kind<ResourceQuota> = {
  ...{ group: '', version: 'v1', namespaced: true },
  ...{ kind: 'ResourceQuota', plural: 'resourcequotas' },
};

export const limitRange: Kind<LimitRange> = {
  ...{ group: '', version: 'v1', namespaced: true },
  ...{ kind: 'LimitRange', plural: 'limitranges' },
};

export const pod: Kind = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

/** Tells objects of members apart, among those that were just written. */
export function memberScope(cluster: string, kind: Kind): string {
  return `${cluster} ${kindKey(kind)}`;
}
