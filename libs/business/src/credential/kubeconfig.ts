import type { Cluster } from '@tke/api-platform';
import { serverUrls, type AddressType, type MemberCluster } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';

import { credentialErrors } from './errors.ts';

/** How somebody proves who he is: by a certificate whose key is in a file of his, or by a token. */
export type Proof =
  | { readonly kind: 'certificate'; readonly certificate: string; readonly keyFile: string }
  | { readonly kind: 'token'; readonly token: string };

export interface KubeconfigParts {
  readonly cluster: DeepReadonly<Cluster>;
  readonly member: Pick<MemberCluster, 'name' | 'config'>;
  readonly namespace: string;
  readonly username: string;
  readonly proof: Proof;
}

/** From outside first: it is people who use it, and the platform has ways of its own. */
const preference: readonly AddressType[] = ['Public', 'Advertise', 'Real', 'Internal', 'Support'];

/** A kubeconfig, in JSON as kubectl reads it too. Throws ClusterNotConnected while nobody knows how to reach the cluster. */
export function kubeconfig({ cluster, member, namespace, username, proof }: KubeconfigParts): string {
  const { name } = member;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: clusterEntry(cluster, member) }],
    users: [{ name: username, user: userEntry(proof) }],
    contexts: [{ name, context: { cluster: name, user: username, namespace } }],
    'current-context': name,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

function clusterEntry(
  cluster: DeepReadonly<Cluster>,
  { name, config }: Pick<MemberCluster, 'name' | 'config'>,
): object {
  if (config === undefined) {
    throw credentialErrors.ClusterNotConnected(`there is no way to cluster ${name} now`);
  }
  const { ca, serverName, insecureSkipVerify } = config;
  return {
    server: addressFor(cluster) ?? config.server.href.replace(/\/$/, ''),
    ...(ca !== undefined && 'text' in ca && { 'certificate-authority-data': base64(ca.text) }),
    ...(serverName !== undefined && { 'tls-server-name': serverName }),
    ...(insecureSkipVerify && { 'insecure-skip-tls-verify': true }),
  };
}

/** Those with a path lead through a proxy, which ends TLS and so does not pass certificates on. */
function addressFor({ spec, status }: DeepReadonly<Cluster>): string | undefined {
  const known = [...(spec.addresses ?? []), ...(status?.addresses ?? [])].filter(({ path }) => !path);
  const best = preference.flatMap((type) => known.filter((address) => address.type === type))[0];
  return best && serverUrls([best])[0].href.replace(/\/$/, '');
}

function userEntry(proof: Proof): object {
  return proof.kind === 'token'
    ? { token: proof.token }
    : { 'client-certificate-data': base64(proof.certificate), 'client-key': proof.keyFile };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
