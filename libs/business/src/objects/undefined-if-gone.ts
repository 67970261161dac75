import { isNotFound } from '@tke/kube-client';

/** For `catch`: of what the server does not have there is nothing, and nothing is left to be deleted. Throws any other error. */
export function undefinedIfGone(error: unknown): undefined {
  if (!isNotFound(error)) {
    throw error;
  }
}
