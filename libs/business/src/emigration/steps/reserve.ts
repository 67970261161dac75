import { isAlreadyExists } from '@tke/kube-client';
import { wholeTarget, type Step, type Waiting } from '@tke/plan';

import { namespaceKind, type NamespaceObject } from '../../objects/kinds.ts';
import { grantOf, quotaProblem } from '../../quota/grant.ts';
import { emigrationErrors } from '../errors.ts';
import { emigrationFieldManager as fieldManager } from '../names.ts';
import { destinationOf, isMadeBy, sourceOf, targetFor, targetKey, targetOf, type EmigrationScope } from '../scope.ts';
import { stepNames, waitMs } from '../step-names.ts';

/** Makes the new Namespace, and waits until the destination has room for it: nothing in the member was touched then. */
export const reserve: Step<EmigrationScope> = {
  name: stepNames.reserve,
  limitMs: 120_000,
  targets: () => [wholeTarget],
  async run(scope, { signal }) {
    const target = targetOf(scope);
    if (target === undefined) {
      await create(scope, signal);
      return { message: 'the new Namespace waits for its quota', retryAfterMs: waitMs };
    }
    return granted(scope, target);
  },
};

async function create(scope: EmigrationScope, signal: AbortSignal): Promise<void> {
  const { client, emigration } = scope;
  const source = sourceOf(scope);
  if (source === undefined || source.metadata.deletionTimestamp !== undefined) {
    throw emigrationErrors.SourceGone(`Namespace ${emigration.spec.namespace} is being deleted`);
  }
  try {
    await client.create(namespaceKind, targetFor(source, emigration), { fieldManager, signal });
  } catch (error) {
    if (!isAlreadyExists(error)) {
      throw error;
    }
    // The cache lags behind our own creation, or somebody else was faster.
    const found = await client.get(namespaceKind, targetKey(emigration), { signal });
    if (!isMadeBy(found, emigration)) {
      throw emigrationErrors.DestinationOccupied(
        `${emigration.spec.destination} has a Namespace of that name since a moment ago`,
      );
    }
  }
}

function granted(scope: EmigrationScope, target: NamespaceObject): Waiting | undefined {
  if (target.metadata.deletionTimestamp !== undefined) {
    throw emigrationErrors.NewNamespaceGone('the new Namespace is being deleted');
  }
  const destination = destinationOf(scope);
  if (destination !== undefined && grantOf(destination, target) !== undefined) {
    return undefined;
  }
  const problem = quotaProblem(destination, target);
  if (problem !== undefined) {
    throw problem;
  }
  return { message: 'the new Namespace waits for its quota', retryAfterMs: waitMs };
}
