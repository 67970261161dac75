import type { Cluster } from '@tke/api-platform';
import { serverUrls, type AddressType, type MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';

import { credentialErrors } from './errors.ts';
import { groupsOf, type CredentialHolder } from './holder.ts';

export interface KubeconfigParts {
  readonly endpoint: Endpoint;
  readonly namespace: string;
  readonly username: string;
  readonly user: UserEntry;
}

/** The entry of a user in a kubeconfig, without what is secret. */
export type UserEntry = CertificateUser | TokenUser;

interface CertificateUser {
  readonly 'client-certificate-data': string;
  /** File of the private key, beside the kubeconfig. */
  readonly 'client-key': string;
}

interface TokenUser {
  /** File of the token, beside the kubeconfig. */
  readonly tokenFile: string;
  readonly as: string;
  readonly 'as-groups': readonly string[];
}

/** Where users reach the API server of a cluster, and how they know it. */
export interface Endpoint {
  /** Name of the Cluster. */
  readonly name: string;
  /** The entry of a kubeconfig. */
  readonly entry: object;
  /** Whether users find out when something else answers in its place. */
  readonly isVerified: boolean;
}

/** From outside first: it is people who use it, and the platform has ways of its own. */
const preference: readonly AddressType[] = ['Public', 'Advertise', 'Real', 'Internal', 'Support'];

/** A kubeconfig, in JSON as kubectl reads it too. */
export function kubeconfig({ endpoint, namespace, username, user }: KubeconfigParts): string {
  const { name, entry } = endpoint;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: entry }],
    users: [{ name: username, user }],
    contexts: [{ name, context: { cluster: name, user: username, namespace } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** @param certificate PEM. */
export function certificateUser(certificate: string, keyFile: string): CertificateUser {
  return { 'client-certificate-data': base64(certificate), 'client-key': keyFile };
}

/** Who has the token may act as the holder, and kubectl is told to do so. */
export function tokenUser(holder: CredentialHolder, tokenFile: string): TokenUser {
  return { tokenFile, as: holder.username, 'as-groups': groupsOf(holder) };
}

/** Throws ClusterNotConnected while nobody knows how to reach the cluster, and AddressMissing where no credential gets through. */
export function endpointOf(
  cluster: DeepReadonly<Cluster>,
  { name, config }: Pick<MemberCluster, 'name' | 'config'>,
): Endpoint {
  if (config === undefined) {
    throw credentialErrors.ClusterNotConnected(`there is no way to cluster ${name} now`);
  }
  const { ca, serverName, insecureSkipVerify } = config;
  const server = addressFor(cluster, config.server);
  const entry = {
    server,
    ...(ca !== undefined && 'text' in ca && { 'certificate-authority-data': base64(ca.text) }),
    ...(serverName !== undefined && { 'tls-server-name': serverName }),
    ...(insecureSkipVerify && { 'insecure-skip-tls-verify': true }),
  };
  return { name, entry, isVerified: server.startsWith('https:') && !insecureSkipVerify };
}

/** Those with a path lead through a proxy: it ends TLS, so that certificates do not pass it, and takes tokens for its own. */
function addressFor({ metadata, spec, status }: DeepReadonly<Cluster>, used: URL): string {
  const stated = [...(spec.addresses ?? []), ...(status?.addresses ?? [])].filter(({ path }) => !isPath(path));
  const best = preference.flatMap((type) => stated.filter((address) => address.type === type))[0];
  const url = best === undefined ? used : serverUrls([best])[0];
  if (isPath(url.pathname)) {
    throw credentialErrors.AddressMissing(
      `spec.addresses of Cluster ${metadata.name ?? ''} has none without a path, and ${url.host} is a proxy: neither certificates nor tokens pass it`,
    );
  }
  return url.origin;
}

function isPath(path: string | null | undefined): boolean {
  return path !== undefined && path !== null && path !== '' && path !== '/';
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
