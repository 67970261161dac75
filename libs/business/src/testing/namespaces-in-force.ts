import { controllerFor, ensureFinalizer, patchStatus, removeFinalizer, type Manager } from '@tke/runtime';

import type { BusinessDependencies } from '../dependencies.ts';
import { namespaceKind, projectKind } from '../objects/kinds.ts';
import { grantOf } from '../quota/grant.ts';

const finalizer = 'test.tkestack.io/namespace';

/** Stands for the reconciler of Namespaces where there are no members: puts in force what is granted, and nothing else. */
export function addNamespacesInForce(host: Manager, { cache, client }: BusinessDependencies): void {
  controllerFor(host, 'namespaces-in-force')
    .for(namespaceKind)
    .watches(projectKind, ({ metadata: { name = '' } }) =>
      cache
        .list(namespaceKind, { namespace: name })
        .map(({ metadata }) => ({ namespace: name, name: metadata.name ?? '' })),
    )
    .withOptions({ concurrency: 8 })
    .complete({
      async reconcile(request, { signal }) {
        const object = cache.get(namespaceKind, request);
        if (object === undefined) {
          return undefined;
        }
        if (object.metadata.deletionTimestamp !== undefined) {
          await removeFinalizer(client, namespaceKind, object, finalizer, { signal });
          return undefined;
        }
        const held = await ensureFinalizer(client, namespaceKind, object, finalizer, { signal });
        const parent = cache.get(projectKind, { name: request.namespace ?? '' });
        const isGranted = parent !== undefined && grantOf(parent, held) !== undefined;
        const status = {
          ...held.status,
          ...(isGranted && { cachedSpecHard: held.spec.hard ?? {} }),
          ...(held.metadata.generation !== undefined && { observedGeneration: held.metadata.generation }),
        };
        await patchStatus(client, namespaceKind, held, status, { signal, optimisticLock: true });
        return undefined;
      },
    });
}
