import { nsEmigration, project, type NsEmigration, type Project } from '@tke/api-business';
import { describeError } from '@tke/errors';
import type { DeepReadonly, Kind } from '@tke/meta';
import type { CacheReader } from '@tke/runtime';
import type { AdmissionRequest, FieldProblem, KindAdmission, ValidationResult } from '@tke/webhook';

import { hindrances, type Hindrance } from '../emigration/examine.ts';
import type { TellTenant } from './caller.ts';
import { withTenant } from './with-tenant.ts';

const kind: Kind<NsEmigration> = nsEmigration;
const projects: Kind<Project> = project;

/** What a move needs to begin, told before it is asked for. Its spec cannot be changed, so that only creations are judged. */
export function nsEmigrationAdmission(cache: CacheReader, tellTenant: TellTenant): KindAdmission<NsEmigration> {
  return {
    kind,
    default: (request) =>
      withTenant(request, tellTenant, cache.get(projects, { name: request.namespace ?? '' })?.spec.tenantID),
    validate: (request) => validated(request, cache),
  };
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
