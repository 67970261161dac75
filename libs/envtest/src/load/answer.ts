interface ReviewBody {
  readonly status?: { readonly allowed?: boolean; readonly denied?: boolean; readonly evaluationError?: string };
  readonly response?: { readonly allowed?: boolean };
}

/**
 * What a server answered, in a word: `allow`, `deny` or `noOpinion` for a SubjectAccessReview or an AdmissionReview,
 * `failed` for a SubjectAccessReview that could not be decided (the API server then says what its failurePolicy says),
 * `HTTP <status>` for all but 200 and 201 (how the API server answers a review), `other` for what is no review.
 */
export function answerOf(status: number, body: string): string {
  if (status !== 200 && status !== 201) {
    return `HTTP ${status}`;
  }
  try {
    const { status: decision, response } = JSON.parse(body) as ReviewBody;
    if (response !== undefined) {
      return response.allowed === true ? 'allow' : 'deny';
    }
    if (decision?.evaluationError !== undefined) {
      return 'failed';
    }
    if (decision?.denied === true) {
      return 'deny';
    }
    return decision === undefined ? 'other' : decision.allowed === true ? 'allow' : 'noOpinion';
  } catch {
    return 'other';
  }
}
