import { statusOf, type Authorizer, type Verdict } from '@tke/authz';
import type { SubjectAccessReviewSpec } from '@tke/meta';
import type { Clock } from '@tke/time';
import { RequestProblem, type AuthorizeContext, type Authorizer as ReviewHandler } from '@tke/webhook';

const memberPrefix = 'cluster:';

/** A decision as metrics and log see it. */
export interface Decided {
  readonly spec: SubjectAccessReviewSpec;
  /** Undefined for the hub. */
  readonly cluster: string | undefined;
  /** Undefined when none could be made. */
  readonly verdict: Verdict | undefined;
  readonly milliseconds: number;
  /** Version of the rules it was made from. */
  readonly revision: string;
}

export interface ReviewHandlerOptions {
  readonly ready: () => boolean;
  /** Common name of the hub's kube-apiserver. */
  readonly hubCommonName: string;
  /** resourceVersion of the newest Rule that is known. */
  readonly revision: () => string;
  readonly clock: Clock;
  readonly observers: readonly ((decided: Decided) => void)[];
}

/** Connects the reviews that arrive to the authorizer, once the caller has shown to be the apiserver it speaks for. */
export function reviewHandler(authorizer: Pick<Authorizer, 'verdict'>, options: ReviewHandlerOptions): ReviewHandler {
  const { ready, hubCommonName, revision: newest, clock, observers } = options;
  const decide = (spec: SubjectAccessReviewSpec, cluster: string | undefined): Verdict => {
    const start = clock.monotonic();
    const revision = newest();
    let verdict: Verdict | undefined;
    try {
      verdict = authorizer.verdict(spec, cluster === undefined ? {} : { cluster });
      return verdict;
    } finally {
      const decided = { spec, cluster, verdict, milliseconds: clock.monotonic() - start, revision };
      for (const observe of observers) {
        observe(decided);
      }
    }
  };
  return {
    ready,
    authorize: (spec, context) => {
      checkCaller(context, hubCommonName);
      const verdict = decide(spec, context.cluster);
      // Whoever wonders about an answer compares it with the resourceVersion of the Rule he has in mind.
      return statusOf({ ...verdict, reason: `${verdict.reason} (rules at ${newest()})` });
    },
  };
}

/** Each apiserver asks about its own cluster only: a member's is called `cluster:<name>` by its certificate. */
function checkCaller({ cluster, peer }: AuthorizeContext, hubCommonName: string): void {
  const expected = cluster === undefined ? hubCommonName : `${memberPrefix}${cluster}`;
  if (peer?.commonName !== expected) {
    throw new RequestProblem(
      'Forbidden',
      `this path is for the client certificate with the common name ${JSON.stringify(expected)}, not ${JSON.stringify(peer?.commonName ?? '')}`,
      {
        remedy: `Use the certificate of ${memberPrefix}<name> for /auth/authz/clusters/<name>, and that of --hub-common-name for /auth/authz.`,
      },
    );
  }
}
