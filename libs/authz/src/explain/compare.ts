import type { SubjectAccessReviewSpec } from '@tke/meta';

import type { ReviewOptions } from '../authorizer/authorizer.ts';
import type { Verdict } from '../authorizer/verdict.ts';
import { authorizerOf, type DecisionBasis } from './basis.ts';

/** A request as it was, or could be, asked. */
export interface RecordedReview extends ReviewOptions {
  readonly spec: SubjectAccessReviewSpec;
}

/** A request that is answered otherwise. */
export interface ChangedVerdict {
  readonly review: RecordedReview;
  readonly before: Verdict;
  readonly after: Verdict;
}

/** The requests whose answers differ; a reason alone is no difference. */
export function compareVerdicts(
  before: DecisionBasis,
  after: DecisionBasis,
  reviews: readonly RecordedReview[],
): readonly ChangedVerdict[] {
  const [now, then] = [authorizerOf(before), authorizerOf(after)];
  return reviews
    .map((review) => ({
      review,
      before: now.verdict(review.spec, optionsOf(review)),
      after: then.verdict(review.spec, optionsOf(review)),
    }))
    .filter((compared) => compared.before.kind !== compared.after.kind);
}

function optionsOf({ cluster }: RecordedReview): ReviewOptions {
  return cluster === undefined ? {} : { cluster };
}
