import { businessChartGroup, imageNamespace, namespaceCredential, nsEmigration, type Project } from '@tke/api-business';
import { isNotFound, type Client } from '@tke/kube-client';
import { keyOf, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';
import { forEachConcurrently, type CacheReader } from '@tke/runtime';

import { bindingKind, bindingProjectIndex, namespaceKind, parentIndex, projectKind } from './kinds.ts';

/** All that lives in the namespace of a project. */
export const contentKinds: readonly Kind[] = [
  namespaceKind,
  nsEmigration,
  namespaceCredential,
  imageNamespace,
  businessChartGroup,
];

export type Content = readonly [kind: Kind, object: DeepReadonly<KubeObject>];

interface ContentDependencies {
  readonly client: Client;
  readonly cache: CacheReader;
}

const concurrency = 8;
const shownNames = 3;

/** All that has to be gone before a project is, as far as the cache knows. */
export function contentsOf(project: DeepReadonly<Project>, cache: CacheReader): readonly Content[] {
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
function isCharged({ status }: DeepReadonly<Project>, name: string): boolean {
  return status?.cachedParent === name;
}

interface OfTenant {
  readonly spec: { readonly tenantID?: string };
}

/** What another tenant wrote in the name of the project is not ours to delete, and keeps nobody waiting. */
function isSameTenant(one: OfTenant, other: OfTenant): boolean {
  return (one.spec.tenantID ?? '') === (other.spec.tenantID ?? '');
}

/** What the server has and the cache may not know yet. Only what would be lost with the project is looked for. */
export async function hasUnknownContents(
  project: DeepReadonly<Project>,
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

/** Asks for the end of all of them. A child project that is about to leave for another parent is waited for instead. */
export async function deleteContents(
  project: DeepReadonly<Project>,
  contents: readonly Content[],
  { client }: Pick<ContentDependencies, 'client'>,
  signal: AbortSignal,
): Promise<void> {
  const { name = '' } = project.metadata;
  const ending = contents.filter(([kind, object]) => isToDelete(kind, object, name));
  await forEachConcurrently(ending, concurrency, signal, async ([kind, object]) => {
    const { uid = '' } = object.metadata;
    await client.delete(kind, keyOf(object), { preconditions: { uid }, signal }).catch(unlessGone);
  });
}

function isToDelete(kind: Kind, object: DeepReadonly<KubeObject>, name: string): boolean {
  const leaves = kind === projectKind && (object as DeepReadonly<Project>).spec.parentProjectName !== name;
  return object.metadata.deletionTimestamp === undefined && !leaves;
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) {
    throw error;
  }
}

/** For people: how many are left of each kind, and the first names. */
export function contentsText(contents: readonly Content[]): string {
  const kinds = [...new Set(contents.map(([kind]) => kind))];
  return kinds
    .map((kind) => {
      const names = contents.filter(([each]) => each === kind).map(([, { metadata }]) => metadata.name ?? '');
      const shown = names.toSorted().slice(0, shownNames).join(', ');
      return `${names.length} ${kind.kind} (${shown}${names.length > shownNames ? ', …' : ''})`;
    })
    .join(', ');
}
