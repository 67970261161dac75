import type { BusinessNamespace } from '@tke/api-business';
import type { Client } from '@tke/kube-client';
import { apiVersionOf, type ObjectKey } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import {
  namespaceKind,
  projectKind,
  type EmigrationObject,
  type NamespaceObject,
  type ProjectObject,
} from '../objects/kinds.ts';
import { emigrationFrom, emigrationUID } from './names.ts';

/** What the steps of one emigration work on. */
export interface EmigrationScope extends Pick<BusinessDependencies, 'members'> {
  readonly client: Client;
  readonly cache: CacheReader;
  readonly emigration: EmigrationObject;
}

/** Both Namespace objects have the name of the emigration. */
export function sourceKey({ metadata, spec }: EmigrationObject): ObjectKey {
  return { namespace: metadata.namespace ?? '', name: spec.namespace };
}

export function targetKey({ spec }: EmigrationObject): ObjectKey {
  return { namespace: spec.destination, name: spec.namespace };
}

type Cached = Pick<EmigrationScope, 'cache' | 'emigration'>;

export function sourceOf({ cache, emigration }: Cached): NamespaceObject | undefined {
  return cache.get(namespaceKind, sourceKey(emigration));
}

/** Only the one that this emigration made. */
export function targetOf({ cache, emigration }: Cached): NamespaceObject | undefined {
  const found = cache.get(namespaceKind, targetKey(emigration));
  return found !== undefined && isMadeBy(found, emigration) ? found : undefined;
}

export function destinationOf({ cache, emigration }: Cached): ProjectObject | undefined {
  return cache.get(projectKind, { name: emigration.spec.destination });
}

export function isMadeBy(object: NamespaceObject, { metadata }: EmigrationObject): boolean {
  // One that is being created has no UID yet, and has made nothing.
  return metadata.uid !== undefined && object.metadata.annotations?.[emigrationUID] === metadata.uid;
}

/**
 * The Namespace as the destination gets it. Without labels and further annotations: those of GitOps tools would have them take it for
 * their own, and prune it.
 */
export function targetFor(source: NamespaceObject, emigration: EmigrationObject): BusinessNamespace {
  const { tenantID, clusterName, namespace, hard, limits } = structuredClone(source.spec) as BusinessNamespace['spec'];
  const annotations = {
    [emigrationFrom]: source.metadata.namespace ?? '',
    [emigrationUID]: emigration.metadata.uid ?? '',
  };
  return {
    apiVersion: apiVersionOf(namespaceKind),
    kind: namespaceKind.kind,
    metadata: { ...targetKey(emigration), annotations },
    spec: {
      ...{ clusterName, namespace },
      ...(tenantID !== undefined && { tenantID }),
      ...(hard !== undefined && { hard }),
      ...(limits !== undefined && { limits }),
    },
  };
}
