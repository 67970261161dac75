import type { SubjectAccessReviewSpec, SubjectAccessReviewStatus } from '@tke/meta';

import type { PeerIdentity } from '../server/peer-identity.ts';

export interface AuthorizeContext {
  /** Last segment of the path the apiserver is configured with; absent for the hub. Compare it with the peer. */
  readonly cluster?: string | undefined;
  /** Who asks; undefined where the server does not require client certificates. */
  readonly peer: PeerIdentity | undefined;
  readonly signal: AbortSignal;
}

export interface Authorizer {
  /** False until every rule is known. */
  ready(): boolean;
  authorize(
    spec: SubjectAccessReviewSpec,
    context: AuthorizeContext,
  ): SubjectAccessReviewStatus | Promise<SubjectAccessReviewStatus>;
}
