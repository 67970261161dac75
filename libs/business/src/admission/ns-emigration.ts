import { nsEmigration, project, type NsEmigration, type Project } from '@tke/api-business';
import { describeError } from '@tke/errors';
import type { DeepReadonly, Kind } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import type { AdmissionRequest, FieldProblem, KindAdmission, ValidationResult } from '@tke/webhook';

import { hindrances, type Hindrance } from '../emigration/examine.ts';

const kind: Kind<NsEmigration> = nsEmigration;
const projects: Kind<Project> = project;

/** What a move needs to begin, told before it is asked for. Its spec cannot be changed, so that only creations are judged. */
export function nsEmigrationAdmission(cache: CacheReader): KindAdmission<NsEmigration> {
  return {
    kind,
    default: (request) => withTenantOfProject(request, cache),
    validate: (request) => validated(request, cache),
  };
}

/** The tenant of the project that the namespace moves out of. Sees objects that no schema has checked yet. */
function withTenantOfProject(
  { object, oldObject, namespace = '' }: AdmissionRequest<NsEmigration>,
  cache: CacheReader,
): DeepReadonly<NsEmigration> | undefined {
  const { spec } = object as { readonly spec?: DeepReadonly<NsEmigration['spec']> };
  const tenantID = cache.get(projects, { name: namespace })?.spec.tenantID;
  if (object === undefined || oldObject !== undefined || spec === undefined || spec.tenantID || !tenantID) {
    return undefined;
  }
  return { ...object, spec: { ...spec, tenantID } };
}

function validated(
  { object, oldObject, namespace }: AdmissionRequest<NsEmigration>,
  cache: CacheReader,
): ValidationResult {
  if (object === undefined || oldObject !== undefined) {
    return { problems: [], warnings: [] };
  }
  const placed = { ...object, metadata: { ...object.metadata, ...(namespace !== undefined && { namespace }) } };
  const found = hindrances({ cache, emigration: placed });
  return {
    problems: found.flatMap((hindrance) => (hindrance.kind === 'refused' ? [problemOf(hindrance, object)] : [])),
    warnings: found.flatMap((hindrance) => (hindrance.kind === 'waiting' ? [hindrance.message] : [])),
  };
}

function problemOf(
  { field, error }: Extract<Hindrance, { readonly kind: 'refused' }>,
  { spec }: DeepReadonly<NsEmigration>,
): FieldProblem {
  const { message, remedy } = describeError(error);
  return field === 'spec.namespace'
    ? {
        field,
        value: spec.namespace,
        rule: `must name a Namespace that can move: ${message}`,
        remedy,
        type: 'Forbidden',
      }
    : {
        field,
        value: spec.destination,
        rule: `must name a Project that the namespace can move to: ${message}`,
        remedy,
        type: 'Forbidden',
      };
}
