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
import {
  kindAdmission,
  merged,
  withTenant,
  type FieldProblem,
  type KindAdmission,
  type ValidationResult,
} from '@tke/webhook';

import type { AdmissionContext } from './context.ts';
import { addonClusterIndex } from './indexes.ts';
import { inlineWarnings } from './inline-secrets.ts';
import { checkSecretPowers } from './secret-powers.ts';
import { checkSecrets, secretNaming, type SecretNaming } from './secret-refs.ts';
import { namedCluster } from './tenant.ts';

/** An object that puts something into a cluster. */
export type Addon = CronHPA | CSIOperator | PersistentEvent | TappController;

export const addonKinds: readonly Kind<Addon>[] = [cronHPA, csiOperator, persistentEvent, tappController];

export function addonAdmission(kind: Kind<Addon>, context: AdmissionContext): KindAdmission<Addon> {
  return kindAdmission<Addon>({
    kind,
    default: (request) => withTenant(request, context.callerTenant),
    warn: () => [`nothing acts on a ${kind.kind} yet: it is kept as it is`],
    change: (request) => checkSecretPowers(request, secretsOfAddon, context),
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

const backEnd = 'spec.persistentBackEnd.es';

function backEndOf(spec: DeepReadonly<Addon>['spec']) {
  return 'persistentBackEnd' in spec ? spec.persistentBackEnd.es : undefined;
}

function secretsOfAddon({ spec }: Pick<DeepReadonly<Addon>, 'spec'>): readonly SecretNaming[] {
  const es = backEndOf(spec);
  return secretNaming(`${backEnd}.passwordSecretRef.name`, es?.passwordSecretRef, es);
}

function checkPassword({ spec }: DeepReadonly<Addon>, context: AdmissionContext): ValidationResult {
  const secrets = backEndOf(spec)?.password ? [`${backEnd}.password`] : [];
  return merged([
    checkSecrets(secretsOfAddon({ spec }), spec.tenantID ?? '', context),
    { warnings: inlineWarnings('PersistentEvent', secrets, 'prefer passwordSecretRef') },
  ]);
}
