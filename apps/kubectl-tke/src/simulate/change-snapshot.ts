import { apiVersionOf, kindKey, keyOf, keyString, type Kind, type KubeObject } from '@tke/meta';

import type { Snapshot } from '../cluster/snapshot.ts';
import type { Manifest } from './manifests.ts';

export interface ObjectChange {
  readonly action: 'added' | 'changed' | 'removed' | 'unchanged' | 'ignored';
  /** `<Kind>/<[namespace/]name>`. */
  readonly object: string;
}

export interface ChangedSnapshot {
  readonly snapshot: Snapshot;
  readonly changes: readonly ObjectChange[];
}

export interface ChangeOptions {
  /** The kinds that decisions depend on; objects of others are ignored. */
  readonly kinds: readonly Kind[];
  readonly remove: boolean;
  /** For objects that name none. */
  readonly namespace: string;
}

/** The snapshot as it would be after `kubectl apply`, or `kubectl delete`, of the manifests. */
export function changeSnapshot(
  snapshot: Snapshot,
  manifests: readonly Manifest[],
  { kinds, remove, namespace }: ChangeOptions,
): ChangedSnapshot {
  const changed = new Map(snapshot);
  const changes = manifests.map(({ object }): ObjectChange => {
    const kind = kinds.find((each) => isOfKind(object, each));
    const placed = kind === undefined ? object : inNamespace(object, kind, namespace);
    const name = `${placed.kind}/${keyString(keyOf(placed))}`;
    if (kind === undefined) {
      return { action: 'ignored', object: name };
    }
    const present = changed.get(kindKey(kind)) ?? [];
    const stored = present.find((each) => keyString(keyOf(each)) === keyString(keyOf(placed)));
    const after = remove ? undefined : applied(placed, stored);
    changed.set(kindKey(kind), [...present.filter((each) => each !== stored), ...(after === undefined ? [] : [after])]);
    return { action: actionOf(stored, after), object: name };
  });
  return { snapshot: changed, changes };
}

export function isOfKind(object: KubeObject, kind: Kind): boolean {
  return apiVersionOf(kind) === object.apiVersion && kind.kind === object.kind;
}

function inNamespace(object: KubeObject, kind: Kind, fallback: string): KubeObject {
  const { namespace, ...metadata } = object.metadata;
  return { ...object, metadata: kind.namespaced ? { ...metadata, namespace: namespace ?? fallback } : metadata };
}

/**
 * A manifest says the whole spec, as those do that kubectl, Argo CD and Flux apply. Only the tenant stays where it is left
 * out: admission fills it in.
 */
function applied(manifest: KubeObject, stored: KubeObject | undefined): KubeObject {
  const { metadata } = manifest;
  const tenant = specOf(stored).tenantID;
  return {
    ...stored,
    ...manifest,
    ...('spec' in manifest && { spec: { ...(tenant !== undefined && { tenantID: tenant }), ...specOf(manifest) } }),
    metadata: {
      uid: `simulated-${manifest.kind}-${keyString(keyOf(manifest))}`,
      resourceVersion: '1',
      ...stored?.metadata,
      name: metadata.name ?? '',
      ...labelsOf(metadata.labels, stored?.metadata.labels),
      ...labelsAs('annotations', metadata.annotations, stored?.metadata.annotations),
    },
  };
}

interface WithSpec extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>> | null;
}

function specOf(object: KubeObject | undefined): Readonly<Record<string, unknown>> {
  return (object as WithSpec | undefined)?.spec ?? {};
}

type Texts = Readonly<Record<string, string>> | null | undefined;

/** What the manifest does not name stays: others set labels and annotations too. */
function labelsOf(named: Texts, stored: Texts): object {
  return labelsAs('labels', named, stored);
}

function labelsAs(field: 'labels' | 'annotations', named: Texts, stored: Texts): object {
  return named || stored ? { [field]: { ...stored, ...named } } : {};
}

function actionOf(stored: KubeObject | undefined, after: KubeObject | undefined): ObjectChange['action'] {
  if (after === undefined) {
    return stored === undefined ? 'unchanged' : 'removed';
  }
  if (stored === undefined) {
    return 'added';
  }
  return meaningOf(stored) === meaningOf(after) ? 'unchanged' : 'changed';
}

/** Everything that may count: not the status, not what only the server writes, and not what is null, which is absence. */
function meaningOf(object: KubeObject): string {
  return JSON.stringify(sorted({ ...object, status: undefined, metadata: { labels: object.metadata.labels } }));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return Array.isArray(value) ? value.map(sorted) : value;
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]));
}
