import type { Condition, Kind, KubeObject } from '@tke/meta';

/** The benchmark's custom resource; bench/go/item types it for Go. */
export interface Item extends KubeObject {
  spec: { payload: string };
  status?: { observedGeneration?: number; conditions?: Condition[] };
}

export const item: Kind<Item> = {
  group: 'bench.tke.local',
  version: 'v1',
  kind: 'Item',
  plural: 'items',
  namespaced: true,
};

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export const itemCrd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'items.bench.tke.local' },
  spec: {
    group: item.group,
    scope: 'Namespaced',
    names: { kind: item.kind, plural: item.plural, singular: 'item', listKind: 'ItemList' },
    versions: [
      {
        name: item.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
      },
    ],
  },
};

/** About 1.3 kB as JSON, what a custom resource of an operator commonly weighs. */
export function newItem(index: number): Item {
  return {
    apiVersion: 'bench.tke.local/v1',
    kind: 'Item',
    metadata: { name: `item-${index}`, namespace: 'default' },
    spec: { payload: `${index} `.padEnd(1_000, 'x') },
  };
}
