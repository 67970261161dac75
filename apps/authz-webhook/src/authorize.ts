import { statusOf, type Authorizer, type Verdict } from '@tke/authz';
import type { SubjectAccessReviewSpec } from '@tke/meta';
import type { Clock } from '@tke/time';
import type { Authorizer as ReviewHandler } from '@tke/webhook';

import { checkCaller, type KnownCallers } from './caller.ts';

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
  readonly callers: KnownCallers;
  /** resourceVersion of the newest Rule that is known. */
  readonly revision: () => string;
  readonly clock: Clock;
  readonly observers: readonly ((decided: Decided) => void)[];
}

/** Connects the reviews that arrive to the authorizer, once the caller has shown to be the apiserver it speaks for. */
export function reviewHandler(authorizer: Pick<Authorizer, 'verdict'>, options: ReviewHandlerOptions): ReviewHandler {
  const { ready, callers, revision: newest, clock, observers } = options;
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
      checkCaller(context, callers);
      const verdict = decide(spec, context.cluster);
      // Whoever wonders about an answer compares it with the resourceVersion of the Rule he has in mind.
      return statusOf({ ...verdict, reason: `${verdict.reason} (rules at ${newest()})` });
    },
  };
}
