import { projectPolicyBinding, type ProjectPolicyBinding } from '@tke/api-auth';
import { project as projectKind, type Project } from '@tke/api-business';
import type { CodedError } from '@tke/errors';
import { isAlreadyExists, isNotFound, type Client } from '@tke/kube-client';
import { keyOf, type DeepReadonly } from '@tke/meta';
import { controllerOf, isControlledBy, mergeDiff, type CacheReader } from '@tke/runtime';

import { memberErrors } from './errors.ts';
import { memberBinding } from './member-binding.ts';

export interface MemberDependencies {
  readonly client: Client;
  /** Holds ProjectPolicyBindings. */
  readonly cache: CacheReader;
}

type Binding = DeepReadonly<ProjectPolicyBinding>;

const fieldManager = 'tke/members';

/**
 * Makes `spec.members` the owners of a project, by one ProjectPolicyBinding that the project controls: made, changed and deleted
 * as the list says.
 * @returns BindingTaken when somebody else wrote a binding of that name. It is left alone, and the project works without.
 */
export async function reconcileMembers(
  project: DeepReadonly<Project>,
  { client, cache }: MemberDependencies,
  signal: AbortSignal,
): Promise<CodedError | undefined> {
  const { spec, metadata } = project;
  if (metadata.deletionTimestamp !== undefined || !spec.tenantID) {
    // Bindings of a project that ends are deleted with all the others it is named in.
    return undefined;
  }
  const wanted = memberBinding(project);
  const hasMembers = (wanted.spec.users ?? []).length > 0;
  const stored = cache.get(projectPolicyBinding, keyOf(wanted));
  if (stored === undefined) {
    return hasMembers ? create(client, wanted, signal) : undefined;
  }
  if (stored.metadata.deletionTimestamp !== undefined) {
    // Its end is an event, which brings us back.
    return undefined;
  }
  if (isControlledBy(stored, project)) {
    await (hasMembers ? update(client, stored, wanted, signal) : remove(client, stored, signal));
    return undefined;
  }
  if (isOfPredecessor(stored, project)) {
    await remove(client, stored, signal);
    return undefined;
  }
  return hasMembers ? taken(wanted) : undefined;
}

async function create(
  client: Client,
  wanted: ProjectPolicyBinding,
  signal: AbortSignal,
): Promise<CodedError | undefined> {
  try {
    // Not applied: that would take over what somebody wrote a moment ago.
    await client.create<ProjectPolicyBinding>(projectPolicyBinding, wanted, { fieldManager, signal });
  } catch (error) {
    // The cache lags behind. The event of what is there brings us back.
    if (!isAlreadyExists(error)) {
      throw error;
    }
  }
  return undefined;
}

async function update(
  client: Client,
  stored: Binding,
  wanted: ProjectPolicyBinding,
  signal: AbortSignal,
): Promise<void> {
  const spec = mergeDiff(stored.spec, wanted.spec);
  if (spec === undefined) {
    return;
  }
  // Locked: who replaced it meanwhile must not lose what he wrote.
  const { resourceVersion, uid } = stored.metadata;
  const body = { metadata: { resourceVersion, uid }, spec };
  await client.patch(projectPolicyBinding, keyOf(stored), { type: 'merge', body }, { fieldManager, signal });
}

async function remove(client: Client, stored: Binding, signal: AbortSignal): Promise<void> {
  const { uid, resourceVersion } = stored.metadata;
  const preconditions = {
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  try {
    await client.delete(projectPolicyBinding, keyOf(stored), { preconditions, signal });
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
}

/** A Project of the same name that is gone: the garbage collector may not have come by yet. */
function isOfPredecessor(stored: Binding, project: DeepReadonly<Project>): boolean {
  const owner = controllerOf(stored);
  return owner?.kind === projectKind.kind && owner.name === project.metadata.name;
}

function taken({ metadata }: ProjectPolicyBinding): CodedError {
  return memberErrors.BindingTaken(
    `spec.members: ProjectPolicyBinding ${metadata.name ?? ''} was written by somebody else, so that the members are not made owners`,
  );
}
