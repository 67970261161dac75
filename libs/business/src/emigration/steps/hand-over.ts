import type { Namespace } from '@tke/meta';
import { wholeTarget, type Step } from '@tke/plan';

import { belongsTo } from '../../namespace/member-labels.ts';
import type { NamespaceObject } from '../../objects/kinds.ts';
import { emigrationErrors } from '../errors.ts';
import { giveTo, memberNamespace } from '../member-owner.ts';
import { sourceKey, sourceOf, targetKey, type EmigrationScope } from '../scope.ts';
import { stepNames } from '../step-names.ts';

const memberWaitMs = 2_000;

/**
 * Has the labels in the member name the new Namespace. From then on its reconciler looks after the namespace, and the quota and limit range
 * in it; what runs there does not notice.
 */
export const handOver: Step<EmigrationScope> = {
  name: stepNames.handOver,
  targets: () => [wholeTarget],
  async run(scope, { signal }) {
    const source = sourceOf(scope);
    if (source === undefined) {
      throw emigrationErrors.SourceGone(`Namespace ${scope.emigration.spec.namespace} is gone`);
    }
    const { clusterName } = source.spec;
    const member = scope.members.get(clusterName);
    if (member?.health.state !== 'Healthy') {
      // A leader that has just begun does not know its members yet.
      return { message: `cluster ${clusterName} does not answer`, retryAfterMs: memberWaitMs };
    }
    const found = await memberNamespace(member.client, source.spec.namespace, signal);
    if (found !== undefined && belongsTo(found, targetKey(scope.emigration))) {
      return undefined;
    }
    await giveTo(member.client, sameAsBefore(scope, source, found), targetKey(scope.emigration), signal);
    return undefined;
  },
};

/** The namespace that the old Namespace was Available with, and no other of its name. */
function sameAsBefore(
  { emigration }: EmigrationScope,
  { spec, status }: NamespaceObject,
  found: Namespace | undefined,
): Namespace {
  const what = `namespace ${spec.namespace} of cluster ${spec.clusterName}`;
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) {
    throw emigrationErrors.MemberNamespaceGone(`${what} is gone, or being deleted`);
  }
  if (!belongsTo(found, sourceKey(emigration))) {
    throw emigrationErrors.MemberNamespaceTaken(`${what} belongs to something else now`);
  }
  if (found.metadata.uid !== status?.memberUID) {
    throw emigrationErrors.MemberNamespaceGone(`${what} is another one of the same name by now`);
  }
  return found;
}
