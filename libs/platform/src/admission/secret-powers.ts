import {
  cluster,
  clusterCredential,
  machine,
  persistentEvent,
  type Cluster,
  type ClusterCredential,
} from '@tke/api-platform';
import { coreKinds, type DeepReadonly, type Kind, type KubeObject } from '@tke/meta';
import { jsonEqual } from '@tke/runtime';
import type { AdmissionRequest, FieldProblem, ValidationResult } from '@tke/webhook';

import { saysWhere } from '../hosts/login-addresses.ts';
import type { AdmissionContext } from './context.ts';
import type { SecretNaming } from './secret-refs.ts';

/** Kinds whose objects name Secrets: users of tenants cannot write them while nobody asks whether they may name them. */
export const secretNamingKinds: readonly Kind[] = [cluster, machine, clusterCredential, persistentEvent];

const credentials: Kind<ClusterCredential> = clusterCredential;

/**
 * Whoever names a Secret, or changes where what is in it is sent, can have it sent to himself. So he must administer the tenant, or it
 * must be a login whose annotation says which hosts may see it. No policy stands in for that: those that are shipped give `get*` of
 * everything to whoever shall see what there is, while nobody of a tenant reaches the Secrets of the platform.
 */
export function checkSecretPowers<T extends KubeObject>(
  { object, oldObject, userInfo }: AdmissionRequest<T>,
  namingsOf: (object: DeepReadonly<T>) => readonly SecretNaming[],
  { cache, namespace, administersTenant }: AdmissionContext,
): ValidationResult {
  const before = oldObject === undefined ? [] : namingsOf(oldObject);
  const isNew = ({ kind, name, destination }: SecretNaming) =>
    !before.some((old) => old.kind === kind && old.name === name && jsonEqual(old.destination, destination));
  const isForItsHosts = ({ name, shownTo }: SecretNaming) => {
    const secret = cache.get(coreKinds.secret, { namespace, name });
    return shownTo.length > 0 && secret !== undefined && saysWhere(secret);
  };
  const powerful = (object === undefined ? [] : namingsOf(object)).filter(
    (naming) => isNew(naming) && !isForItsHosts(naming),
  );
  const refused = powerful.length === 0 || administersTenant(userInfo) ? [] : powerful;
  return { problems: refused.map(notAnAdministrator), warnings: [] };
}

/** The ClusterCredentials that open a Cluster: who writes its addresses says where they, and the Secrets behind them, are sent. */
export function credentialsOfCluster(
  { metadata, spec }: DeepReadonly<Cluster>,
  { cache }: AdmissionContext,
): readonly SecretNaming[] {
  const { addresses, clusterCredentialRef, credentialSecretRef, tenantID = '' } = spec;
  const { name: clusterName = '' } = metadata;
  const destination = { addresses, clusterCredentialRef };
  const kind = 'ClusterCredential' as const;
  if (clusterCredentialRef !== undefined) {
    const { name } = clusterCredentialRef;
    return [{ kind, field: 'spec.clusterCredentialRef.name', name, destination, shownTo: [] }];
  }
  const candidates = credentialSecretRef === undefined && clusterName !== '' ? cache.list(credentials) : [];
  return candidates
    .filter((each) => each.clusterName === clusterName && (each.tenantID ?? '') === tenantID)
    .map(({ metadata: { name = '' } }) => ({ kind, field: 'spec.addresses', name, destination, shownTo: [] }));
}

function notAnAdministrator({ kind, field, name, shownTo }: SecretNaming): FieldProblem {
  const remedy = 'Have an administrator of the tenant write the object';
  return {
    field,
    value: name,
    rule: `is written by administrators of the tenant only, because it says where ${kind} ${name} is sent`,
    remedy: shownTo.length === 0 ? `${remedy}.` : `${remedy}, or have the Secret annotated with the hosts it is for.`,
    type: 'Forbidden',
  };
}
