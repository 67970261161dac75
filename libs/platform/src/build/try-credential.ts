import { clusterCredential, secretTenantLabel, type Cluster, type ClusterCredential } from '@tke/api-platform';
import { errorMessage } from '@tke/errors';
import { isNotFound, SwitchableConnection, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { accessFromObjects } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';

import { platformErrors } from '../errors.ts';
import { credentialData, credentialNameOf } from './admin-credential.ts';
import type { AdminCredential } from './scope.ts';

const requestTimeoutMs = 15_000;

/**
 * Sees that a credential opens the cluster, by the way the platform would take with it. Rejects with CredentialRefused: what is in use
 * must not give way to what does not work.
 */
export async function tryCredential(
  hub: Client,
  cluster: DeepReadonly<Cluster>,
  candidate: AdminCredential,
  signal: AbortSignal,
): Promise<void> {
  const name = cluster.metadata.name ?? '';
  const credential = await hub
    .get<ClusterCredential>(clusterCredential, { name: credentialNameOf(cluster) }, { signal })
    .catch((error: unknown) => {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    });
  const metadata = { name: `${name}-admin`, labels: { [secretTenantLabel]: cluster.spec.tenantID ?? '' } };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: credentialData(candidate) };
  const access = accessFromObjects({ cluster, credential, secret });
  if (access === undefined) {
    throw platformErrors.CredentialRefused(`no address of cluster ${name} is known to try its renewed credential at`);
  }
  const connection = new SwitchableConnection({ userAgent: 'tke-manager', logger: discardLogger, requestTimeoutMs });
  try {
    connection.switchTo(access.config);
    // What only an administrator may: that the server lets anybody in says nothing.
    await connection.probe.request({ path: '/api/v1/namespaces/kube-system', signal });
  } catch (error) {
    signal.throwIfAborted();
    throw platformErrors.CredentialRefused(
      `the renewed credential does not open cluster ${name}: ${errorMessage(error)}`,
    );
  } finally {
    await connection.close();
  }
}
