/** Spec of an authorization.k8s.io SubjectAccessReview. Absent strings and lists are empty ones. */
export interface SubjectAccessReviewSpec {
  readonly user?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly uid?: string | undefined;
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Exactly one of this and `nonResourceAttributes`. */
  readonly resourceAttributes?: ResourceAttributes | undefined;
  readonly nonResourceAttributes?: NonResourceAttributes | undefined;
}

export interface ResourceAttributes {
  /** Empty for cluster-scoped resources and for requests over all namespaces. */
  readonly namespace?: string | undefined;
  readonly verb?: string | undefined;
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly resource?: string | undefined;
  readonly subresource?: string | undefined;
  /** Empty for list, watch, create, deletecollection. */
  readonly name?: string | undefined;
  /** What the request is limited to, all at once. Absent where AuthorizeWithSelectors is off: not limited as far as we are told. */
  readonly fieldSelector?: readonly SelectorRequirement[] | undefined;
  readonly labelSelector?: readonly SelectorRequirement[] | undefined;
}

export interface SelectorRequirement {
  readonly key: string;
  /** `In`, `NotIn`, `Exists`, `DoesNotExist`. */
  readonly operator: string;
  readonly values: readonly string[];
}

export interface NonResourceAttributes {
  readonly path?: string | undefined;
  readonly verb?: string | undefined;
}

/** Neither allowed nor denied is no opinion: the next authorizer of the apiserver decides. */
export interface SubjectAccessReviewStatus {
  readonly allowed: boolean;
  readonly denied?: boolean;
  readonly reason?: string;
  /** There is no answer. kube-apiserver ignores this field: serve it with an HTTP error, so that its failurePolicy decides. */
  readonly evaluationError?: string;
}
