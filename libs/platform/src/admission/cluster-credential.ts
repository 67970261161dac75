import { clusterCredential, type ClusterCredential } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import { kindAdmission, merged, type FieldProblem, type KindAdmission } from '@tke/webhook';

import type { AdmissionContext } from './context.ts';
import { inlineInCredential, inlineWarnings } from './inline-secrets.ts';
import { checkSecretPowers } from './secret-powers.ts';
import { checkSecrets, secretsOfCredential } from './secret-refs.ts';
import { namedCluster } from './tenant.ts';

export function clusterCredentialAdmission(context: AdmissionContext): KindAdmission<ClusterCredential> {
  return kindAdmission<ClusterCredential>({
    kind: clusterCredential,
    change: (request) => checkSecretPowers(request, secretsOfCredential, context),
    examine: (object) =>
      merged([
        { problems: clusterProblems(object, context) },
        checkSecrets(secretsOfCredential(object), object.tenantID ?? '', context),
        { warnings: inlineWarnings('ClusterCredential', inlineInCredential(object), 'prefer secretRef') },
      ]),
  });
}

/** A missing Cluster is nothing to speak of: credentials come first. */
function clusterProblems(
  { clusterName, tenantID = '' }: DeepReadonly<ClusterCredential>,
  context: AdmissionContext,
): readonly FieldProblem[] {
  const named = clusterName ? namedCluster({ field: 'clusterName', clusterName, tenantID }, context) : undefined;
  return named?.kind === 'none' ? named.problems : [];
}
