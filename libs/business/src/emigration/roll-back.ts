import type { BusinessNamespace } from '@tke/api-business';
import { errorMessage } from '@tke/errors';
import type { EventRecorder } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { belongsTo } from '../namespace/member-labels.ts';
import { clusterKind, namespaceKind, type NamespaceObject } from '../objects/kinds.ts';
import { undefinedIfGone } from '../objects/undefined-if-gone.ts';
import { emigrationErrors } from './errors.ts';
import { giveTo, memberNamespace } from './member-owner.ts';
import { isMadeBy, sourceKey, sourceOf, targetKey, type EmigrationScope } from './scope.ts';
import { stepNames } from './step-names.ts';

export interface RollBackTools {
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  /** How long a deletion waits for a member that does not answer. Milliseconds. */
  readonly giveUpAfterMs: number;
}

/**
 * Puts everything back as it was: the labels in the member name the old Namespace, and the new one is gone. Safe to repeat.
 * @returns whether all of it is done; else it goes on when the new Namespace is gone.
 */
export async function rollBack(scope: EmigrationScope, tools: RollBackTools, signal: AbortSignal): Promise<boolean> {
  const target = await newNamespace(scope, signal);
  const left = wasHandedOver(scope) ? await giveBackInTime(scope, target ?? sourceOf(scope), tools, signal) : undefined;
  if (target === undefined) {
    if (left !== undefined) {
      tools.recorder.event(scope.emigration, 'Warning', 'LeftBehind', 'RollBack', left);
    }
    return true;
  }
  const { uid = '', deletionTimestamp } = target.metadata;
  if (deletionTimestamp === undefined) {
    const options = { preconditions: { uid }, signal };
    await scope.client.delete(namespaceKind, targetKey(scope.emigration), options).catch(undefinedIfGone);
  }
  return false;
}

/** Not from the cache: a leader that was killed may have made it a moment ago. */
async function newNamespace(
  { client, emigration }: EmigrationScope,
  signal: AbortSignal,
): Promise<BusinessNamespace | undefined> {
  const found = await client.get(namespaceKind, targetKey(emigration), { signal }).catch(undefinedIfGone);
  return found !== undefined && isMadeBy(found, emigration) ? found : undefined;
}

function wasHandedOver({ emigration }: EmigrationScope): boolean {
  return emigration.status?.plan?.journal?.some(({ step }) => step === stepNames.handOver) === true;
}

/** A deletion ends also when the member never answers. Resolves with what is then left there. */
async function giveBackInTime(
  scope: EmigrationScope,
  object: NamespaceObject | undefined,
  { clock, giveUpAfterMs }: Pick<RollBackTools, 'clock' | 'giveUpAfterMs'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (object === undefined || scope.cache.get(clusterKind, { name: object.spec.clusterName }) === undefined) {
    return undefined;
  }
  try {
    await giveBack(scope, object, signal);
    return undefined;
  } catch (error) {
    const { deletionTimestamp } = scope.emigration.metadata;
    if (deletionTimestamp === undefined || clock.now() - Date.parse(deletionTimestamp) < giveUpAfterMs) {
      throw error;
    }
    const { clusterName, namespace } = object.spec;
    const what = `the labels of namespace ${namespace} in cluster ${clusterName}`;
    return `${what} may name ${scope.emigration.spec.destination} still: ${errorMessage(error)}`;
  }
}

async function giveBack(scope: EmigrationScope, { spec }: NamespaceObject, signal: AbortSignal): Promise<void> {
  const { emigration, members } = scope;
  const member = members.get(spec.clusterName);
  if (member === undefined) {
    throw emigrationErrors.MemberUnknown(`cluster ${spec.clusterName} is not connected`);
  }
  const found = await memberNamespace(member.client, spec.namespace, signal);
  if (found !== undefined && belongsTo(found, targetKey(emigration))) {
    // With nobody to give it to, it is nobody's: what runs there goes on, and an administrator may have it adopted.
    await giveTo(member.client, found, sourceOf(scope) && sourceKey(emigration), signal);
  }
}
