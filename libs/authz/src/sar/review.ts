/**
 * Spec of authorization.k8s.io/v1 SubjectAccessReview as `@tke/webhook` decodes it: selectors are lists of requirements.
 * What is absent is empty.
 */
export interface SubjectAccessReviewSpec {
  readonly user?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly uid?: string | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly resourceAttributes?: ResourceAttributes | undefined;
  readonly nonResourceAttributes?: NonResourceAttributes | undefined;
}

export interface ResourceAttributes {
  readonly namespace?: string | undefined;
  readonly verb?: string | undefined;
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly resource?: string | undefined;
  readonly subresource?: string | undefined;
  readonly name?: string | undefined;
  /** All of them hold at once. */
  readonly fieldSelector?: readonly FieldSelectorRequirement[] | undefined;
}

export interface FieldSelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

export interface NonResourceAttributes {
  readonly path?: string | undefined;
  readonly verb?: string | undefined;
}

/** What kube-apiserver is told. */
export interface ReviewStatus {
  readonly allowed: boolean;
  /** Only a deny ends the chain of authorizers; neither allowed nor denied is no opinion. */
  readonly denied: boolean;
  readonly reason: string;
  /** There is no answer. kube-apiserver ignores this field: serve it with an HTTP error, so that its failurePolicy decides. */
  readonly evaluationError?: string;
}
