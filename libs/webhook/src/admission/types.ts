import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionUser {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** What admission.k8s.io/v1 asks about one object. Objects are deep-frozen. */
export interface AdmissionRequest<T extends KubeObject = KubeObject> {
  readonly uid: string;
  readonly operation: AdmissionOperation;
  readonly kind: Pick<Kind, 'group' | 'version' | 'kind'>;
  /** Empty when the server is still to generate one. */
  readonly name: string;
  readonly namespace?: string;
  readonly subResource?: string;
  readonly userInfo: AdmissionUser;
  /** Nothing will be stored: whoever answers must not have side effects either. */
  readonly dryRun: boolean;
  /** As it would be stored. Absent on DELETE. */
  readonly object?: DeepReadonly<T>;
  /** As it is stored. Absent on CREATE. */
  readonly oldObject?: DeepReadonly<T>;
}

export type FieldProblemType =
  'Required' | 'Invalid' | 'Forbidden' | 'Duplicate' | 'NotFound' | 'TooLong' | 'NotSupported';

/** One reason to refuse an object, written for the person who wrote the manifest. */
export interface FieldProblem {
  /** Path as kubectl prints it, e.g. `spec.statement.actions[3]`. */
  readonly field: string;
  /** What was found there; `undefined` when nothing was. */
  readonly value: unknown;
  /** What must hold, e.g. `must name an existing Policy of tenant "default"`. */
  readonly rule: string;
  /** What to do, e.g. `create the policy first or correct the name`. */
  readonly remedy: string;
  readonly type: FieldProblemType;
}

export interface ValidationResult {
  readonly problems: readonly FieldProblem[];
  /** Shown by kubectl although the object is admitted; at most 256 characters of each are sent. */
  readonly warnings: readonly string[];
}

/**
 * Admission of one kind. All functions answer from memory: no network, no side effects. They are not asked about
 * `/status` nor about changes of metadata while an object is being deleted, which are always admitted. What they throw
 * denies the request with code 500.
 */
export interface KindAdmission<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>;
  /** The object with defaults filled in, as a new object: the request's is frozen. `undefined` changes nothing. */
  default?(request: AdmissionRequest<T>): Answer<T | DeepReadonly<T> | undefined>;
  /**
   * Warnings about the object as it was sent, from the mutating webhook: a validating one no longer sees what the server
   * drops, such as `status` on create. Asked only where there is a `default`.
   */
  warn?(request: AdmissionRequest<T>): readonly string[];
  validate?(request: AdmissionRequest<T>): Answer<ValidationResult>;
}

type Answer<T> = T | Promise<T>;
