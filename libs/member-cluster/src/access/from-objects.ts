import { secretTenantLabel, type Cluster, type ClusterCredential } from '@tke/api-platform';
import { kubeconfigFromText, type ClusterConfig, type Impersonation } from '@tke/kube-client';
import type { coreKinds, DeepReadonly } from '@tke/meta';

import { memberErrors } from '../errors.ts';
import { serverUrls } from './addresses.ts';
import type { ClusterAccessSpec, ClusterAddress, MemberAccess } from './cluster-access.ts';
import { checked, clusterConfig } from './cluster-config.ts';

type Secret = DeepReadonly<coreKinds.Secret>;

/** What may make up the way to a cluster. */
export interface AccessObjects {
  readonly cluster: DeepReadonly<Cluster>;
  readonly credential: DeepReadonly<ClusterCredential> | undefined;
  /** That of `credential.secretRef`, else of `cluster.spec.credentialSecretRef`. */
  readonly secret: Secret | undefined;
}

/** Throws when the parts belong to different tenants: one tenant's Cluster must not be opened with another's credential. */
function checkTenants({ cluster, credential, secret }: AccessObjects): void {
  const { tenantID = '' } = cluster.spec;
  const other = (what: string, name: string | undefined, tenant: string | undefined) =>
    memberErrors.CredentialOfAnotherTenant(
      `${what} ${name ?? ''} is of tenant ${JSON.stringify(tenant ?? '')}, the Cluster of ${JSON.stringify(tenantID)}`,
    );
  if (credential !== undefined && (credential.tenantID ?? '') !== tenantID) {
    throw other('ClusterCredential', credential.metadata.name, credential.tenantID);
  }
  const label = secret?.metadata.labels?.[secretTenantLabel];
  if (secret !== undefined && label !== tenantID) {
    throw other('Secret', secret.metadata.name, label);
  }
}

/** Throws for a credential of another cluster: its token would be sent to wherever this Cluster says. */
function checkCluster({ cluster, credential }: AccessObjects): void {
  const opens = credential?.clusterName;
  if (opens && opens !== cluster.metadata.name) {
    throw memberErrors.InvalidClusterCredential(
      `ClusterCredential ${credential.metadata.name ?? ''} opens cluster ${opens}, and not ${cluster.metadata.name ?? ''}`,
    );
  }
}

function decoded(base64: string | undefined): string | undefined {
  return base64 === undefined || base64 === '' ? undefined : Buffer.from(base64, 'base64').toString('utf8');
}

/** TKEStack writes the empty string for "none". */
function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** The line end that an editor or `echo` leaves behind is no part of a token. */
function textOf(secret: Secret | undefined, key: string): string | undefined {
  return nonEmpty(decoded(secret?.data?.[key])?.trim());
}

function certificateOf({ credential, secret }: AccessObjects): ClusterAccessSpec['certificate'] {
  const cert = textOf(secret, 'tls.crt') ?? decoded(credential?.clientCert);
  const key = textOf(secret, 'tls.key') ?? decoded(credential?.clientKey);
  if ((cert === undefined) !== (key === undefined)) {
    throw memberErrors.InvalidClusterCredential('client certificate and key belong together: give both or neither');
  }
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function impersonationOf(credential: AccessObjects['credential']): Impersonation | undefined {
  const { as: user, 'as-groups': groups = [], 'as-user-extra': extra = {} } = credential ?? {};
  if (user) {
    // As TKEStack, which writes several values into one text.
    const values = Object.entries(extra).map(([key, text]) => [key, text.split(',').map((value) => value.trim())]);
    return { user, groups, extra: Object.fromEntries(values) as Record<string, string[]> };
  }
  if (groups.length > 0 || Object.keys(extra).length > 0) {
    throw memberErrors.InvalidClusterCredential('as-groups and as-user-extra need as: name the user to impersonate');
  }
  return undefined;
}

function proxyOf({ credential, secret }: AccessObjects): string | undefined {
  const url = credential?.proxyURL ? URL.parse(credential.proxyURL) : null;
  if (url === null) {
    if (credential?.proxyURL) {
      throw memberErrors.InvalidClusterCredential('proxyURL is not a URL');
    }
    return undefined;
  }
  url.username = textOf(secret, 'proxyUsername') ?? '';
  url.password = textOf(secret, 'proxyPassword') ?? '';
  return url.href;
}

function withoutUndefined<T extends object>(object: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}

/** What the objects say in single fields. */
function partsOf(objects: AccessObjects): Omit<ClusterAccessSpec, 'addresses'> {
  const { credential, secret } = objects;
  return withoutUndefined({
    ca: textOf(secret, 'ca.crt') ?? decoded(credential?.caCert),
    token: textOf(secret, 'token') ?? nonEmpty(credential?.token?.trim()),
    certificate: certificateOf(objects),
    impersonate: impersonationOf(credential),
    proxyUrl: proxyOf(objects),
    serverName: nonEmpty(credential?.tlsServerName),
    insecureSkipVerify: credential?.insecureSkipTLSVerify,
  });
}

/**
 * A kubeconfig, in which the Cluster may set other addresses and the ClusterCredential how to get there and as whom. What
 * the status of an imported one says was read from the kubeconfig itself, and must not outlive a change of it.
 */
function fromKubeconfig(text: string, objects: AccessObjects, addresses: readonly ClusterAddress[]): ClusterConfig {
  const { name = '', namespace = '' } = objects.secret?.metadata ?? {};
  const config = kubeconfigFromText(text, { origin: `Secret ${namespace}/${name}, key kubeconfig` });
  const { impersonate, proxyUrl, serverName, insecureSkipVerify } = partsOf(objects);
  const [server, ...alternatives] = addresses.length > 0 ? serverUrls(addresses) : [config.server];
  return checked({
    ...config,
    ...withoutUndefined({ impersonate, proxyUrl, serverName, insecureSkipVerify }),
    server,
    ...(alternatives.length > 0 && { alternatives }),
  });
}

function addressesOf({ spec, status }: DeepReadonly<Cluster>): readonly ClusterAddress[] {
  const wanted = spec.addresses ?? [];
  return wanted.length > 0 ? wanted : (status?.addresses ?? []);
}

/**
 * The way to a cluster, or undefined while there cannot be one because it is still being built. Throws what the
 * administrator has to correct, never quoting a secret.
 */
export function accessFromObjects(objects: AccessObjects): MemberAccess | undefined {
  const { cluster, credential, secret } = objects;
  checkTenants(objects);
  checkCluster(objects);
  const addresses = addressesOf(cluster);
  const kubeconfig = textOf(secret, 'kubeconfig');
  if (addresses.length === 0 && kubeconfig === undefined && cluster.spec.type !== 'Imported') {
    return undefined;
  }
  if (credential === undefined && secret === undefined) {
    throw memberErrors.CredentialNotFound(
      'the Cluster names no credential: set clusterCredentialRef or credentialSecretRef',
    );
  }
  const config =
    kubeconfig === undefined
      ? clusterConfig({ addresses, ...partsOf(objects) })
      : fromKubeconfig(
          kubeconfig,
          objects,
          cluster.spec.type === 'Imported' ? (cluster.spec.addresses ?? []) : addresses,
        );
  const { tenantID } = cluster.spec;
  const { uid } = cluster.status ?? {};
  return { config, ...(tenantID && { tenantID }), ...(uid && { uid }) };
}
