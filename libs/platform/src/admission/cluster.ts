import { cluster, clusterCredential, type Cluster, type ClusterCredential } from '@tke/api-platform';
import type { DeepReadonly, Kind } from '@tke/meta';
import {
  fine,
  kindAdmission,
  merged,
  withTenant,
  type AdmissionRequest,
  type FieldProblem,
  type KindAdmission,
  type ValidationResult,
} from '@tke/webhook';

import { networkProblems } from './cluster-network.ts';
import { versionProblems } from './cluster-version.ts';
import type { AdmissionContext } from './context.ts';
import { accessProblems, statusWarnings, withAddresses } from './imported-addresses.ts';
import { inlineInCluster, inlineWarnings } from './inline-secrets.ts';
import { leftoverWarnings } from './leftovers.ts';
import { checkSecretPowers, credentialsOfCluster } from './secret-powers.ts';
import { checkSecrets, secretsOfCluster } from './secret-refs.ts';
import { sharedHostWarnings } from './shared-hosts.ts';
import { foreignTenant } from './tenant.ts';

const credentials: Kind<ClusterCredential> = clusterCredential;

/** The cluster the platform itself runs on. */
const hubName = 'global';

export function clusterAdmission(context: AdmissionContext): KindAdmission<Cluster> {
  return kindAdmission<Cluster>({
    kind: cluster,
    default: (request) => {
      const filled = withTenant(request, context.callerTenant);
      return withAddresses({ ...request, ...(filled && { object: filled }) }) ?? filled;
    },
    warn: statusWarnings,
    change: (request) =>
      merged([
        { problems: hubProblems(request, context) },
        checkSecretPowers(
          request,
          (object) => [...secretsOfCluster(object), ...credentialsOfCluster(object, context)],
          context,
        ),
      ]),
    examine: (object) =>
      merged([
        { problems: accessProblems(object, context) },
        checkCredential(object, context),
        checkSecrets(secretsOfCluster(object), object.spec.tenantID ?? '', context),
        object.spec.type === 'Imported' ? fine : checkBuilt(object, context),
        { warnings: inlineWarnings('Cluster', inlineInCluster(object), 'prefer credentialSecretRef') },
        { warnings: leftoverWarnings(object) },
      ]),
    end: context.clusterEndWarnings,
  });
}

function hubProblems(
  { object, oldObject, userInfo }: AdmissionRequest<Cluster>,
  { callerTenant }: AdmissionContext,
): readonly FieldProblem[] {
  const claimsHub = oldObject === undefined && object?.metadata.name === hubName;
  return !claimsHub || callerTenant(userInfo).kind === 'platform'
    ? []
    : [
        {
          field: 'metadata.name',
          value: hubName,
          rule: 'is reserved for the cluster the platform runs on',
          remedy: 'Choose a name that begins with cls-.',
          type: 'Forbidden',
        },
      ];
}

/** A missing one is a warning: git applies in any order. */
function checkCredential({ spec }: DeepReadonly<Cluster>, { cache }: AdmissionContext): Partial<ValidationResult> {
  const { clusterCredentialRef, tenantID = '' } = spec;
  if (clusterCredentialRef === undefined) {
    return fine;
  }
  const field = 'spec.clusterCredentialRef.name';
  const { name } = clusterCredentialRef;
  const found = cache.get(credentials, { name });
  if (found === undefined) {
    return { warnings: [`${field}: ClusterCredential ${name} does not exist; until it does, it opens nothing`] };
  }
  return (found.tenantID ?? '') === tenantID
    ? fine
    : { problems: [foreignTenant(field, name, `ClusterCredential of tenant "${tenantID}"`)] };
}

function checkBuilt(object: DeepReadonly<Cluster>, context: AdmissionContext): ValidationResult {
  const { machines = [], tenantID = '' } = object.spec;
  const clusterName = object.metadata.name ?? '';
  return {
    problems: [...versionProblems(object, context), ...networkProblems(object)],
    warnings: machines.flatMap(({ ip }, index) =>
      sharedHostWarnings({ field: `spec.machines[${index}].ip`, ip, tenantID, clusterName, isMachine: false }, context),
    ),
  };
}
