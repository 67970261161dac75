import type { Cluster } from '@tke/api-platform';
import { serverUrls, type AddressType, type MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';

import { credentialErrors } from './errors.ts';

export interface KubeconfigParts {
  readonly endpoint: Endpoint;
  readonly namespace: string;
  readonly username: string;
  /** PEM. */
  readonly certificate: string;
  /** Where its key is, with whoever made it. */
  readonly keyFile: string;
}

/** Where users reach the API server of a cluster, and how they know it. */
export interface Endpoint {
  /** Name of the Cluster. */
  readonly name: string;
  /** The entry of a kubeconfig. */
  readonly entry: object;
}

/** From outside first: it is people who use it, and the platform has ways of its own. */
const preference: readonly AddressType[] = ['Public', 'Advertise', 'Real', 'Internal', 'Support'];

/** A kubeconfig, in JSON as kubectl reads it too. */
export function kubeconfig({ endpoint, namespace, username, certificate, keyFile }: KubeconfigParts): string {
  const { name, entry } = endpoint;
  const user = { 'client-certificate-data': base64(certificate), 'client-key': keyFile };
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

/** Throws ClusterNotConnected while nobody knows how to reach the cluster, and AddressMissing where no certificate gets through. */
export function endpointOf(
  cluster: DeepReadonly<Cluster>,
  { name, config }: Pick<MemberCluster, 'name' | 'config'>,
): Endpoint {
  if (config === undefined) {
    throw credentialErrors.ClusterNotConnected(`there is no way to cluster ${name} now`);
  }
  const { ca, serverName, insecureSkipVerify } = config;
  const entry = {
    server: addressFor(cluster, config.server),
    ...(ca !== undefined && 'text' in ca && { 'certificate-authority-data': base64(ca.text) }),
    ...(serverName !== undefined && { 'tls-server-name': serverName }),
    ...(insecureSkipVerify && { 'insecure-skip-tls-verify': true }),
  };
  return { name, entry };
}

/** Those with a path lead through a proxy, which ends TLS and so does not pass certificates on. */
function addressFor({ metadata, spec, status }: DeepReadonly<Cluster>, used: URL): string {
  const stated = [...(spec.addresses ?? []), ...(status?.addresses ?? [])].filter(({ path }) => !isPath(path));
  const best = preference.flatMap((type) => stated.filter((address) => address.type === type))[0];
  const url = best === undefined ? used : serverUrls([best])[0];
  if (isPath(url.pathname)) {
    throw credentialErrors.AddressMissing(
      `spec.addresses of Cluster ${metadata.name ?? ''} has none without a path, and ${url.host} is a proxy: certificates do not pass it`,
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
