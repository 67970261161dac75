import type { NsEmigration } from '@tke/api-business';
import { describeError } from '@tke/errors';
import type { CacheReader } from '@tke/runtime';
import {
  fine,
  kindAdmission,
  withTenant,
  type AdmissionRequest,
  type FieldProblem,
  type KindAdmission,
  type TellTenant,
  type ValidationResult,
} from '@tke/webhook';

import { hindrances, type Hindrance } from '../emigration/examine.ts';
import { emigrationKind, type EmigrationObject } from '../objects/kinds.ts';
import { tenantOfProject } from './tenant-of-project.ts';

/** What a move needs to begin, told before it is asked for. Its spec cannot be changed, so that only creations are judged. */
export function nsEmigrationAdmission(cache: CacheReader, callerTenant: TellTenant): KindAdmission<NsEmigration> {
  return kindAdmission<NsEmigration>({
    kind: emigrationKind,
    default: (request) => withTenant(request, callerTenant, tenantOfProject(request, cache)),
    change: (request) => judged(request, cache),
  });
}

function judged(
  { object, oldObject, namespace }: AdmissionRequest<NsEmigration>,
  cache: CacheReader,
): ValidationResult {
  if (object === undefined || oldObject !== undefined) {
    return fine;
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
  { spec }: EmigrationObject,
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
