import { isCoded } from '@tke/errors';
import { KubeTransportError } from '@tke/kube-client';

/**
 * Whether an error of a member's client says that nobody answers, and not that somebody refuses. It says nothing yet: whether a member is
 * there is for its probes to find out.
 */
export function isSilence(error: unknown): boolean {
  return error instanceof KubeTransportError || isCoded(error, 'MemberNotReady', 'MemberGone');
}
