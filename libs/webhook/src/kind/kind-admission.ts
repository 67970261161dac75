import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import { isSameContent } from '../admission/content.ts';
import type { AdmissionRequest, FieldProblem, KindAdmission, ValidationResult } from '../admission/types.ts';
import { contentAt } from './field-content.ts';
import { fine, merged } from './result.ts';

/** What is particular to one kind. */
export interface KindChecks<T extends KubeObject> {
  readonly kind: Kind<T>;
  /**
   * Judges who creates, changes or deletes an object, whatever of it changes. Who is refused is told nothing else: what the others find
   * is about objects that may not be his to know of.
   */
  readonly authorize?: (request: AdmissionRequest<T>) => Promise<readonly FieldProblem[]> | readonly FieldProblem[];
  /** Judges an object as a whole, beside what is in the cache. */
  readonly examine?: (object: DeepReadonly<T>) => ValidationResult;
  /** Judges a creation or a change as such; that what was there before is not refused is its own business. */
  readonly change?: (request: AdmissionRequest<T>) => ValidationResult;
  /** Warnings about a deletion. */
  readonly end?: (object: DeepReadonly<T>) => readonly string[];
  /** As `KindAdmission.default`. Sees objects that no schema has checked yet. */
  readonly default?: (request: AdmissionRequest<T>) => DeepReadonly<T> | undefined;
  /** As `KindAdmission.warn`. Sees the same. */
  readonly warn?: (request: AdmissionRequest<T>) => readonly string[];
}

export function kindAdmission<T extends KubeObject>(checks: KindChecks<T>): KindAdmission<T> {
  const { kind, default: fill, warn, authorize } = checks;
  return {
    kind,
    ...(fill && { default: fill }),
    ...(warn && { warn }),
    validate: async (request) => {
      const refusals = (await authorize?.(request)) ?? [];
      return refusals.length > 0 ? { problems: refusals, warnings: [] } : judged(request, checks);
    },
  };
}

/** What does not change is not judged: a label or a finalizer must go on, whatever the world looks like now. */
function judged<T extends KubeObject>(request: AdmissionRequest<T>, checks: KindChecks<T>): ValidationResult {
  const { object, oldObject } = request;
  const { examine = () => fine, change = () => fine, end = () => [] } = checks;
  if (object === undefined) {
    return { problems: [], warnings: oldObject === undefined ? [] : end(oldObject) };
  }
  if (oldObject !== undefined && isSameContent(object, oldObject)) {
    return fine;
  }
  const { problems, warnings } = examine(object);
  const known = new Set(oldObject && examine(oldObject).problems.map((problem) => identityOf(problem, oldObject)));
  const broughtIn = problems.filter((problem) => !known.has(identityOf(problem, object)));
  return merged([change(request), { problems: broughtIn, warnings }]);
}

/**
 * By which a problem is known for one that was there before. Changes are refused for what they bring in only: an object that was stored
 * while no webhook was asked, or before the world around it changed, must stay editable. As Kubernetes' validation ratcheting (KEP-4008).
 */
function identityOf<T extends KubeObject>(problem: FieldProblem, object: DeepReadonly<T>): string {
  // The value is left out where it may be a secret; what is wrong in another way is another problem all the same.
  const { value = contentAt(object, problem.field) } = problem;
  return JSON.stringify({ ...problem, value });
}
