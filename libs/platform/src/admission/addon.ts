import {
  cronHPA,
  csiOperator,
  persistentEvent,
  tappController,
  type CronHPA,
  type CSIOperator,
  type PersistentEvent,
  type TappController,
} from '@tke/api-platform';
import type { DeepReadonly, Kind } from '@tke/meta';
import { kindAdmission, merged, type FieldProblem, type KindAdmission, type ValidationResult } from '@tke/webhook';

import type { AdmissionContext } from './context.ts';
import { addonClusterIndex } from './indexes.ts';
import { inlineWarnings } from './inline-secrets.ts';
import { checkSecrets, secretNaming } from './secret-refs.ts';
import { namedCluster, withTenant } from './tenant.ts';

/** An object that puts something into a cluster. */
export type Addon = CronHPA | CSIOperator | PersistentEvent | TappController;

export const addonKinds: readonly Kind<Addon>[] = [cronHPA, csiOperator, persistentEvent, tappController];

export function addonAdmission(kind: Kind<Addon>, context: AdmissionContext): KindAdmission<Addon> {
  return kindAdmission<Addon>({
    kind,
    default: (request) => withTenant(request, context),
    examine: (object) => merged([checkPlace(object, kind, context), checkPassword(object, context)]),
  });
}

function checkPlace(object: DeepReadonly<Addon>, kind: Kind<Addon>, context: AdmissionContext): ValidationResult {
  const { clusterName, tenantID = '' } = object.spec;
  const named = namedCluster({ field: 'spec.clusterName', clusterName, tenantID }, context);
  const place = named.kind === 'none' ? named : { problems: [], warnings: [] };
  return { ...place, problems: [...place.problems, ...secondProblems(object, kind, context)] };
}

/** Two would install over each other. One that is of another tenant is none, and its own reconciler says so. */
function secondProblems(
  { metadata, spec }: DeepReadonly<Addon>,
  kind: Kind<Addon>,
  { cache }: AdmissionContext,
): readonly FieldProblem[] {
  const { clusterName, tenantID = '' } = spec;
  return cache
    .list(kind, { index: { name: addonClusterIndex, value: clusterName } })
    .filter((each) => each.metadata.name !== metadata.name && (each.spec.tenantID ?? '') === tenantID)
    .filter((each) => each.metadata.deletionTimestamp === undefined)
    .slice(0, 1)
    .map((each) => ({
      field: 'spec.clusterName',
      value: clusterName,
      rule: `must name a cluster without a ${kind.kind}: ${each.metadata.name ?? ''} is in this one`,
      remedy: 'Change or delete that one.',
      type: 'Duplicate',
    }));
}

function checkPassword({ spec }: DeepReadonly<Addon>, context: AdmissionContext): ValidationResult {
  const { password, passwordSecretRef } = ('persistentBackEnd' in spec ? spec.persistentBackEnd.es : undefined) ?? {};
  const path = 'spec.persistentBackEnd.es';
  const secrets = password ? [`${path}.password`] : [];
  return merged([
    checkSecrets(secretNaming(`${path}.passwordSecretRef`, passwordSecretRef), spec.tenantID ?? '', context),
    { warnings: inlineWarnings('PersistentEvent', secrets, 'prefer passwordSecretRef') },
  ]);
}
