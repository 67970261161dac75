import type { ProjectPolicyBinding } from '@tke/api-auth';
import { CodedError } from '@tke/errors';
import { isAlreadyExists, type Client } from '@tke/kube-client';
import { keyOf, type DeepReadonly } from '@tke/meta';
import { controllerOf, findCondition, isControlledBy, mergeDiff, type CacheReader } from '@tke/runtime';

import { bindingKind, projectKind, type ProjectObject } from '../objects/kinds.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import { memberErrors } from './errors.ts';
import { memberBinding } from './member-binding.ts';

export interface MemberDependencies {
  readonly client: Client;
  /** Holds ProjectPolicyBindings. */
  readonly cache: CacheReader;
}

type Binding = DeepReadonly<ProjectPolicyBinding>;

export type MembersState =
  /** Those who are named, and nobody else, are owners by their binding. */
  | { readonly kind: 'bound' }
  /** An event will tell when there is more to do. */
  | { readonly kind: 'waiting'; readonly message: string }
  | { readonly kind: 'problem'; readonly error: CodedError };

const bound: MembersState = { kind: 'bound' };

const fieldManager = 'tke/members';

/**
 * Makes `spec.members` the owners of a project, by one ProjectPolicyBinding that the project controls: made, changed and deleted
 * as the list says. A problem is BindingTaken when somebody else wrote a binding of that name, which is left alone, TenantMissing, or what
 * keeps the binding from reaching all members; the project works without. Not for projects that are being deleted: bindings go with all others that name them.
 */
export async function reconcileMembers(
  project: ProjectObject,
  { client, cache }: MemberDependencies,
  signal: AbortSignal,
): Promise<MembersState> {
  const wanted = memberBinding(project);
  const hasMembers = (wanted.spec.users ?? []).length > 0;
  const stored = cache.get(bindingKind, keyOf(wanted));
  const isOurs = stored !== undefined && (isControlledBy(stored, project) || isOfPredecessor(stored, project));
  if (!hasMembers) {
    await (isOurs && remove(client, stored, signal));
    return bound;
  }
  if (!project.spec.tenantID) {
    return { kind: 'problem', error: tenantMissing() };
  }
  if (stored === undefined) {
    return create(client, wanted, signal);
  }
  if (stored.metadata.deletionTimestamp !== undefined) {
    return ending(wanted);
  }
  return isOurs ? takeOver(project, stored, { client, wanted }, signal) : { kind: 'problem', error: taken(wanted) };
}

/** One that we wrote: for this project, or for one of its name that is gone. */
async function takeOver(
  project: ProjectObject,
  stored: Binding,
  { client, wanted }: { readonly client: Client; readonly wanted: ProjectPolicyBinding },
  signal: AbortSignal,
): Promise<MembersState> {
  if (isControlledBy(stored, project)) {
    const isChanged = await update(client, stored, wanted, signal);
    const error = isChanged ? undefined : verdictOn(stored);
    return error === undefined ? bound : { kind: 'problem', error };
  }
  await remove(client, stored, signal);
  return ending(wanted);
}

async function create(client: Client, wanted: ProjectPolicyBinding, signal: AbortSignal): Promise<MembersState> {
  try {
    // Not applied: that would take over what somebody wrote a moment ago.
    await client.create(bindingKind, wanted, { fieldManager, signal });
    return bound;
  } catch (error) {
    if (!isAlreadyExists(error)) {
      throw error;
    }
    // The cache lags behind.
    return { kind: 'waiting', message: `there is a ProjectPolicyBinding ${nameOf(wanted)} since a moment ago` };
  }
}

/** What its own status says is wrong with a binding as it is now: who of the members is no user of the tenant, above all. */
export function verdictOn({ metadata, status }: Binding): CodedError | undefined {
  const stalled = findCondition(status?.conditions, 'Stalled');
  if (stalled?.status !== 'True' || status?.observedGeneration !== metadata.generation) {
    return undefined;
  }
  const { reason, message } = stalled;
  // Under the code that the binding has: it has one page, whoever says it.
  return new CodedError(
    reason,
    { class: 'NeedsUser', remedy: 'Correct spec.members, or create what is missing.' },
    `spec.members, by ProjectPolicyBinding ${metadata.name ?? ''}: ${message.replace(/\.$/, '')}`,
  );
}

/** Whether it was another than is wanted. */
async function update(
  client: Client,
  stored: Binding,
  wanted: ProjectPolicyBinding,
  signal: AbortSignal,
): Promise<boolean> {
  const spec = mergeDiff(stored.spec, wanted.spec);
  if (spec === undefined) {
    return false;
  }
  // Locked: who replaced it meanwhile must not lose what he wrote.
  const { resourceVersion, uid } = stored.metadata;
  const body = { metadata: { resourceVersion, uid }, spec };
  await client.patch(bindingKind, keyOf(stored), { type: 'merge', body }, { fieldManager, signal });
  return true;
}

async function remove(client: Client, stored: Binding, signal: AbortSignal): Promise<void> {
  const { uid, resourceVersion, deletionTimestamp } = stored.metadata;
  if (deletionTimestamp !== undefined) {
    return;
  }
  const preconditions = {
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  await client.delete(bindingKind, keyOf(stored), { preconditions, signal }).catch(undefinedIfGone);
}

/** A Project of the same name that is gone: the garbage collector may not have come by yet. */
function isOfPredecessor(stored: Binding, project: ProjectObject): boolean {
  const owner = controllerOf(stored);
  return owner?.kind === projectKind.kind && owner.name === project.metadata.name;
}

function ending(wanted: ProjectPolicyBinding): MembersState {
  return { kind: 'waiting', message: `waiting for the end of ProjectPolicyBinding ${nameOf(wanted)} to make it anew` };
}

function taken(wanted: ProjectPolicyBinding): CodedError {
  return memberErrors.BindingTaken(
    `spec.members: ProjectPolicyBinding ${nameOf(wanted)} was written by somebody else, so that the members are not made owners`,
  );
}

function tenantMissing(): CodedError {
  return memberErrors.TenantMissing(
    'spec.members: the project is of no tenant, so that the members are not made owners',
  );
}

function nameOf({ metadata }: ProjectPolicyBinding): string {
  return metadata.name ?? '';
}
