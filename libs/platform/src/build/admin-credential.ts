import { createHash } from 'node:crypto';

import { cluster as clusterKind, clusterCredential, secretTenantLabel } from '@tke/api-platform';
import type { Cluster, ClusterCredential } from '@tke/api-platform';
import { isNotFound, type Client } from '@tke/kube-client';
import { coreKinds, type DeepReadonly, type ObjectKey } from '@tke/meta';
import { applyObject, isControlledBy, ownerReference } from '@tke/runtime';

import { platformErrors } from '../errors.ts';
import { nonEmpty } from '../hosts/non-empty.ts';
import { fieldManager } from '../names.ts';
import type { AdminCredential } from './scope.ts';

export interface CredentialStore {
  /** Of the hub. */
  readonly client: Client;
  /** Of the platform, where its Secrets are. */
  readonly namespace: string;
}

/** Names of objects that other objects refer to are DNS labels. */
const longestName = 63;

/**
 * Keeps the credential where the hub looks for the way into its members: a Secret of the platform, and the ClusterCredential that names it. Both go with
 * the Cluster. Rejects with CredentialTaken where the ClusterCredential that spec names opens another cluster.
 */
export async function saveAdminCredential(
  { client, namespace }: CredentialStore,
  cluster: DeepReadonly<Cluster>,
  credential: AdminCredential,
  signal: AbortSignal,
): Promise<void> {
  const { name: clusterName = '' } = cluster.metadata;
  const { tenantID = '' } = cluster.spec;
  const name = credentialNameOf(cluster);
  await checkFree(client, cluster, name, signal);
  const secretName = `${clusterName}-admin`;
  await checkOurs(client, cluster, { namespace, name: secretName }, signal);
  const ownerReferences = [ownerReference<Cluster>(cluster, clusterKind, { namespace }, { blockOwnerDeletion: false })];
  const options = { fieldManager, signal, force: true };
  await applyObject<coreKinds.Secret>(
    client,
    coreKinds.secret,
    {
      metadata: { namespace, name: secretName, labels: { [secretTenantLabel]: tenantID }, ownerReferences },
      type: 'Opaque',
      data: credentialData(credential),
    },
    options,
  );
  await applyObject<ClusterCredential>(
    client,
    clusterCredential,
    { metadata: { name, ownerReferences }, tenantID, clusterName, secretRef: { name: secretName } },
    options,
  );
}

/** As a Secret has it. */
export function credentialData({ ca, certificate, key }: AdminCredential): Readonly<Record<string, string>> {
  return { 'ca.crt': base64(ca), 'tls.crt': base64(certificate), 'tls.key': base64(key) };
}

/** Of the ClusterCredential. */
export function credentialNameOf({ metadata, spec }: DeepReadonly<Cluster>): string {
  return nonEmpty(spec.clusterCredentialRef?.name) ?? credentialName(metadata.name ?? '');
}

/** What somebody else has made under this name stays his: it would be overwritten, and go with the Cluster. */
async function checkOurs(
  client: Client,
  cluster: DeepReadonly<Cluster>,
  key: Required<ObjectKey>,
  signal: AbortSignal,
): Promise<void> {
  const found = await client.get(coreKinds.secret, key, { signal }).catch((error: unknown) => {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  });
  if (found !== undefined && !isControlledBy(found, cluster)) {
    throw platformErrors.CredentialTaken(`Secret ${key.namespace}/${key.name} is not that of the Cluster`, {
      remedy: 'Delete or rename the Secret if it is not needed any more.',
    });
  }
}

async function checkFree(client: Client, { metadata, spec }: DeepReadonly<Cluster>, name: string, signal: AbortSignal) {
  const found = await client.get<ClusterCredential>(clusterCredential, { name }, { signal }).catch((error: unknown) => {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  });
  const isOurs = (nonEmpty(found?.clusterName) ?? metadata.name) === metadata.name;
  if (found !== undefined && (!isOurs || (found.tenantID ?? '') !== (spec.tenantID ?? ''))) {
    throw platformErrors.CredentialTaken(`ClusterCredential ${name} is that of another cluster or tenant`);
  }
}

/** `cc-<cluster>`, shortened where it would be too long for a name. */
function credentialName(clusterName: string): string {
  const name = `cc-${clusterName}`;
  if (name.length <= longestName) {
    return name;
  }
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 10);
  return `${name.slice(0, longestName - digest.length - 1)}-${digest}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
