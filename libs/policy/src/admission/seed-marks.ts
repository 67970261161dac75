import type { DeepReadonly, KubeObject } from '@tke/meta';
import type { AdmissionRequest, FieldProblem } from '@tke/webhook';

import { defaultPolicyLabel, seedDigestAnnotation, tenantLabel } from '../names.ts';
import { callerTenant } from './caller.ts';

type Metadata = DeepReadonly<KubeObject>['metadata'];

const marks: readonly (readonly [field: string, read: (metadata: Metadata) => string | undefined])[] = [
  ...[tenantLabel, defaultPolicyLabel].map(
    (label) => [`metadata.labels[${label}]`, ({ labels }: Metadata) => labels?.[label]] as const,
  ),
  [`metadata.annotations[${seedDigestAnnotation}]`, ({ annotations }: Metadata) => annotations?.[seedDigestAnnotation]],
];

/**
 * The marks by which the manager knows a shipped policy, and writes into it what it ships. Whoever set them on a policy of
 * his own would have the manager make it an administrator's.
 */
export function seedMarkProblems({ object, oldObject, userInfo }: AdmissionRequest): readonly FieldProblem[] {
  if (object === undefined || callerTenant(userInfo).kind === 'platform') {
    return [];
  }
  return marks
    .filter(([, read]) => read(object.metadata) !== (oldObject && read(oldObject.metadata)))
    .map(([field, read]) => ({
      field,
      value: read(object.metadata),
      rule: 'is set and removed by the platform only: it marks the policies that the platform ships',
      remedy: oldObject === undefined ? 'Leave it out.' : 'Leave it as it is.',
      type: 'Forbidden',
    }));
}
