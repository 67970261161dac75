import { businessChartGroup, imageNamespace } from '@tke/api-business';
import type { Client } from '@tke/kube-client';
import { keyOf, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';
import { forEachConcurrently, type CacheReader } from '@tke/runtime';

import { firstNames } from '../objects/first-names.ts';
import { isSameTenant } from '../objects/is-same-tenant.ts';
import {
  bindingKind,
  credentialKind,
  emigrationKind,
  namespaceKind,
  projectKind,
  type ProjectObject,
} from '../objects/kinds.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import { bindingProjectIndex, parentIndex } from './indexes.ts';

/** All that lives in the namespace of a project. */
export const contentKinds: readonly Kind[] = [
  namespaceKind,
  emigrationKind,
  credentialKind,
  imageNamespace,
  businessChartGroup,
];

export type Content = readonly [kind: Kind, object: DeepReadonly<KubeObject>];

const concurrency = 8;

/**
 * All that has to be gone before a project is, as far as the cache knows. What another tenant wrote in the name of the project is not ours
 * to delete, and keeps nobody waiting.
 */
export function contentsOf(project: ProjectObject, cache: CacheReader): readonly Content[] {
  const { name = '' } = project.metadata;
  const inside = contentKinds.flatMap((kind) =>
    cache.list(kind, { namespace: name }).map((object): Content => [kind, object]),
  );
  const children = cache.list(projectKind, { index: { name: parentIndex, value: name } });
  const bindings = cache.list(bindingKind, { index: { name: bindingProjectIndex, value: name } });
  return [
    ...inside,
    ...children
      .filter((child) => isCharged(child, name) || isSameTenant(child, project))
      .map((child): Content => [projectKind, child]),
    ...bindings.filter((binding) => isSameTenant(binding, project)).map((binding): Content => [bindingKind, binding]),
  ];
}

/** Whether it has a part of the limits of the project, whatever its spec says meanwhile. */
function isCharged({ status }: ProjectObject, name: string): boolean {
  return status?.cachedParent === name;
}

/** What the server has and the cache may not know yet. Only what would be lost with the project is looked for. */
export async function hasUnknownContents(
  project: ProjectObject,
  client: Client,
  signal: AbortSignal,
): Promise<boolean> {
  const { name = '' } = project.metadata;
  const [namespaces, children] = await Promise.all([
    client.list(namespaceKind, { namespace: name, limit: 1, signal }),
    client.list(projectKind, { fieldSelector: `spec.parentProjectName=${name}`, signal }),
  ]);
  return namespaces.items.length > 0 || children.items.some((child) => isSameTenant(child, project));
}

/** Asks for the end of all of them that are not ending yet. */
export async function deleteContents(
  contents: readonly Content[],
  client: Pick<Client, 'delete'>,
  signal: AbortSignal,
): Promise<void> {
  const staying = contents.filter(([, { metadata }]) => metadata.deletionTimestamp === undefined);
  await forEachConcurrently(staying, concurrency, signal, async ([kind, object]) => {
    const { uid = '' } = object.metadata;
    await client.delete(kind, keyOf(object), { preconditions: { uid }, signal }).catch(undefinedIfGone);
  });
}

/** For people: how many are left of each kind, and the first names. */
export function contentsText(contents: readonly Content[]): string {
  const kinds = [...new Set(contents.map(([kind]) => kind))];
  return kinds
    .map((kind) => {
      const names = contents.filter(([each]) => each === kind).map(([, { metadata }]) => metadata.name ?? '');
      return `${names.length} ${kind.kind} (${firstNames(names)})`;
    })
    .join(', ');
}
