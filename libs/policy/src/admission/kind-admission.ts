import type { DeepReadonly, Kind, KubeObject } from '@tke/meta';
import { jsonEqual } from '@tke/runtime';
import {
  platformOnlyProblems,
  tenantProblems,
  withTenant,
  type AdmissionRequest,
  type FieldProblem,
  type KindAdmission,
  type TenantObject,
  type ValidationResult,
} from '@tke/webhook';

import type { Directory } from '../compile/directory.ts';
import { callerTenant } from './caller.ts';
import { specLeftovers, statusLeftovers } from './leftovers.ts';

/** What is particular to one kind. */
export interface KindChecks<T extends KubeObject> {
  readonly kind: Kind<T>;
  /** Judges an object that is new or whose spec changes. Who may write it at all is not its business. */
  examine?(object: DeepReadonly<T>, request: AdmissionRequest<T>): ValidationResult;
  /** Judges who changes or deletes an object, whatever of it changes. Asked only about what may be written at all. */
  authorize?(request: AdmissionRequest<T>): Promise<readonly FieldProblem[]>;
}

/** Admission of a kind whose objects belong to tenants. */
export function tenantAdmission<T extends TenantObject>(checks: KindChecks<T>, directory: Directory): KindAdmission<T> {
  return {
    kind: checks.kind,
    default: (request) => withTenant(request, callerTenant),
    validate: (request) =>
      validated(request, checks, {
        problems: tenantProblems(request, callerTenant(request.userInfo)),
        warnings: tenantWarnings(request.object, directory),
      }),
    warn: ({ operation, object }) => (operation === 'CREATE' && object !== undefined ? statusLeftovers(object) : []),
  };
}

/** Admission of a kind that only administrators of the platform write. */
export function platformAdmission<T extends KubeObject>(checks: KindChecks<T>): KindAdmission<T> {
  return {
    kind: checks.kind,
    validate: (request) => {
      const problems = platformOnlyProblems(checks.kind.kind, callerTenant(request.userInfo));
      return validated(request, checks, { problems, warnings: [] });
    },
  };
}

async function validated<T extends KubeObject>(
  request: AdmissionRequest<T>,
  checks: KindChecks<T>,
  general: ValidationResult,
): Promise<ValidationResult> {
  const { operation, object } = request;
  const refusals = general.problems.length === 0 ? ((await checks.authorize?.(request)) ?? []) : general.problems;
  // What is stored already is not judged again: a label or a finalizer must go on whatever the world looks like now.
  if (operation === 'DELETE' || object === undefined || isSpecUnchanged(request)) {
    return { problems: refusals, warnings: [] };
  }
  const particular = checks.examine?.(object, request) ?? { problems: [], warnings: [] };
  return {
    problems: [...refusals, ...particular.problems],
    warnings: [...general.warnings, ...particular.warnings, ...specLeftovers(object)],
  };
}

interface Content {
  readonly spec?: unknown;
  /** Of a Category. */
  readonly Spec?: unknown;
}

function isSpecUnchanged({ operation, object, oldObject }: AdmissionRequest): boolean {
  const content = ({ spec, Spec }: Content) => ({ spec, Spec });
  return operation === 'UPDATE' && jsonEqual(content(object as Content), content(oldObject as Content));
}

function tenantWarnings(object: DeepReadonly<TenantObject> | undefined, directory: Directory): readonly string[] {
  const { tenantID = '' } = object?.spec ?? {};
  if (tenantID === '') {
    return ['spec.tenantID is empty: until it names an IdentityProvider, nothing is granted'];
  }
  return directory.tenant(tenantID) === undefined
    ? [`spec.tenantID: IdentityProvider ${tenantID} does not exist; until it does, nothing is granted`]
    : [];
}
