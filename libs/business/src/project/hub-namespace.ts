import { projectLabel } from '@tke/api-business';
import type { CodedError } from '@tke/errors';
import { isAlreadyExists, isNotFound, type Client } from '@tke/kube-client';
import { coreKinds, type DeepReadonly } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';

import type { ProjectObject } from '../objects/kinds.ts';
import { projectErrors } from './errors.ts';
import { madeAnnotation, projectFieldManager as fieldManager } from './names.ts';

export interface HubNamespaceDependencies {
  readonly client: Client;
  readonly cache: CacheReader;
}

export type HubNamespaceState =
  | { readonly kind: 'ours' }
  /** One of this name is going away; its end is an event. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'taken'; readonly error: CodedError };

type HubNamespace = DeepReadonly<coreKinds.Namespace>;

/** Makes the namespace of the hub that the objects of a project live in, or adopts the one that git brought along. */
export async function ensureHubNamespace(
  project: ProjectObject,
  { client, cache }: HubNamespaceDependencies,
  signal: AbortSignal,
): Promise<HubNamespaceState> {
  const { name = '', uid = '' } = project.metadata;
  const found = cache.get(coreKinds.namespace, { name });
  if (found !== undefined) {
    return adopt(found, name, client, signal);
  }
  const metadata = { name, labels: { [projectLabel]: name }, annotations: { [madeAnnotation]: uid } };
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata };
  try {
    await client.create(coreKinds.namespace, object, { fieldManager, signal });
    return { kind: 'ours' };
  } catch (error) {
    if (!isAlreadyExists(error)) {
      throw error;
    }
    // The watch has not brought it yet.
    return adopt(await client.get(coreKinds.namespace, { name }, { signal }), name, client, signal);
  }
}

async function adopt(
  found: HubNamespace,
  name: string,
  client: Client,
  signal: AbortSignal,
): Promise<HubNamespaceState> {
  if (found.metadata.deletionTimestamp !== undefined) {
    return { kind: 'ending' };
  }
  const owner = ownerOf(found);
  if (owner === undefined) {
    // Locked: somebody else may label it at the same time.
    const { resourceVersion } = found.metadata;
    const body = { metadata: { resourceVersion, labels: { [projectLabel]: name } } };
    await client.patch(coreKinds.namespace, { name }, { type: 'merge', body }, { fieldManager, signal });
    return { kind: 'ours' };
  }
  const taken = () => projectErrors.NamespaceTaken(`namespace ${name} of the hub belongs to Project ${owner}`);
  return owner === name ? { kind: 'ours' } : { kind: 'taken', error: taken() };
}

/** Deletes the namespace when it was made for the project; one that was there before loses its label only. */
export async function removeHubNamespace(
  project: ProjectObject,
  { client }: Pick<HubNamespaceDependencies, 'client'>,
  signal: AbortSignal,
): Promise<void> {
  const { name = '' } = project.metadata;
  try {
    const found = await client.get(coreKinds.namespace, { name }, { signal });
    const { uid = '', resourceVersion = '', annotations, deletionTimestamp } = found.metadata;
    if (ownerOf(found) !== name || deletionTimestamp !== undefined) {
      return;
    }
    if (annotations?.[madeAnnotation] !== undefined) {
      await client.delete(coreKinds.namespace, { name }, { preconditions: { uid }, signal });
      return;
    }
    const body = { metadata: { resourceVersion, labels: { [projectLabel]: null } } };
    await client.patch(coreKinds.namespace, { name }, { type: 'merge', body }, { fieldManager, signal });
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}

function ownerOf({ metadata }: HubNamespace): string | undefined {
  const owner = metadata.labels?.[projectLabel];
  return owner === '' ? undefined : owner;
}
