import { isCoded } from '@tke/errors';
import type { Client } from '@tke/kube-client';
import type { Waiting } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';

/** Codes of a member that is not connected yet, or does not answer at the moment. */
const notReady = ['MemberNotConnected', 'MemberNotReady'];

const retryAfterMs = 1000;

/**
 * Works with the API server of the cluster that is built. That it cannot be reached yet is nothing special while a
 * cluster comes up, so it is waited for; the time limit of the step says when it has been too long.
 */
export async function withMember<T>(
  scope: Pick<BuildScope, 'member'>,
  work: (client: Client) => Promise<T>,
): Promise<T | Waiting> {
  try {
    return await work(scope.member());
  } catch (error) {
    if (isCoded(error, ...notReady)) {
      return { message: `waiting for the API server of the cluster: ${error.message}`, retryAfterMs };
    }
    throw error;
  }
}
