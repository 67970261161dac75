import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import { jsonEqual } from '@tke/runtime';
import { isSameContent } from '../admission/content.ts';
import type { AdmissionRequest, FieldProblem, KindAdmission, ValidationResult } from '../admission/types.ts';
import { fine, merged } from './result.ts';

/** What is particular to one kind. */
export interface KindChecks<T extends KubeObject> {
  readonly kind: Kind<T>;
  /** Judges an object as a whole, beside what is in the cache. */
  readonly examine: (object: DeepReadonly<T>) => ValidationResult;
  /** Judges a creation by who asks for it. */
  readonly authorize?: (request: AdmissionRequest<T>) => readonly FieldProblem[];
  /** Judges a creation or a change as such; that what was there before is not refused is its own business. */
  readonly change?: (request: AdmissionRequest<T>) => ValidationResult;
  /** As `KindAdmission.default`. Sees objects that no schema has checked yet. */
  readonly default?: (request: AdmissionRequest<T>) => DeepReadonly<T> | undefined;
  /** As `KindAdmission.warn`. Sees the same. */
  readonly warn?: (request: AdmissionRequest<T>) => readonly string[];
}

export function kindAdmission<T extends KubeObject>(checks: KindChecks<T>): KindAdmission<T> {
  const { kind, default: fill, warn } = checks;
  return {
    kind,
    ...(fill && { default: fill }),
    ...(warn && { warn }),
    validate: (request) => validated(request, checks),
  };
}

/**
 * Changes are refused for what they bring in, not for what was there before: an object that was stored while no webhook
 * was asked, or before the world around it changed, must stay editable. As Kubernetes' validation ratcheting (KEP-4008).
 */
function validated<T extends KubeObject>(request: AdmissionRequest<T>, checks: KindChecks<T>): ValidationResult {
  const { object, oldObject } = request;
  if (object === undefined || (oldObject !== undefined && isSameContent(object, oldObject))) {
    return fine;
  }
  const change = checks.change?.(request) ?? fine;
  const { problems, warnings } = checks.examine(object);
  if (oldObject === undefined) {
    return merged([{ problems: checks.authorize?.(request) ?? [] }, change, { problems, warnings }]);
  }
  const before = checks.examine(oldObject).problems;
  const added = problems.filter((each) => !before.some((old) => jsonEqual(each, old)));
  return merged([change, { problems: added, warnings }]);
}
