import { connect, type Client } from '@tke/kube-client';
import { type ClusterAccess, uniqueName, waitFor } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { coreKinds, type ConfigMap, type Kind } from '@tke/meta';
import { issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

import { clusterConfig } from '../access/cluster-config.ts';
import type { ClusterAccessSpec, MemberAccess } from '../access/cluster-access.ts';
import type { Health } from '../health/health.ts';
import { MemberClusters, type MemberClustersOptions } from '../member-clusters.ts';

export type Target = Pick<ClusterAccess, 'url' | 'pki' | 'kubeconfigPath'>;

export function adminOf({ kubeconfigPath: kubeconfig }: Pick<ClusterAccess, 'kubeconfigPath'>): Promise<Client> {
  return connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger });
}

export const portOf = ({ url }: Pick<ClusterAccess, 'url'>): number => Number(new URL(url).port);

/** The parts of a way to a control plane; by default nobody's. */
export function spec({ url, pki }: Target, part: Partial<ClusterAccessSpec> = {}): ClusterAccessSpec {
  const address = { type: 'Real', host: '127.0.0.1', port: portOf({ url }) } as const;
  return { addresses: [address], ca: pki.ca.certPem, ...part };
}

export function access(target: Target, part: Partial<ClusterAccessSpec> = {}): MemberAccess {
  return { config: clusterConfig(spec(target, part)) };
}

export async function certificateOf({ pki: { ca } }: Target, commonName: string, ...organizations: string[]) {
  const pair = await issueCertificate({ ca, commonName, organizations, usages: ['client'], clock });
  return { cert: pair.certPem, key: pair.keyPem };
}

export const admin = (target: Target) => certificateOf(target, 'kubernetes-admin', 'system:masters');

const serviceAccount: Kind = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};

/** A token of a new service account, which may do nothing yet. */
export async function newToken(client: Client, namespace: string): Promise<{ token: string; user: string }> {
  const name = uniqueName('sa');
  const metadata = { namespace, name };
  await client.create(serviceAccount, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata, spec: {} };
  const answer = await client.create(serviceAccount, request, { subresource: 'token' });
  const { token } = (answer as unknown as { status: { token: string } }).status;
  return { token, user: `system:serviceaccount:${namespace}:${name}` };
}

export async function newNamespace(client: Client): Promise<string> {
  const name = uniqueName('members');
  await client.create(coreKinds.namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return name;
}

export function configMap(namespace: string, name: string, data: Record<string, string> = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

/** Whom the server takes the client for. */
export async function whoAmI(client: Client) {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const answer = await client.request({ method: 'POST', path, body });
  return (answer as { status: { userInfo: { username: string; groups: string[]; extra?: Record<string, string[]> } } })
    .status.userInfo;
}

const soon = { intervalMs: 200, retryMs: 100, longestIntervalMs: 500 };

/** For members that fall silent, which takes three of these time limits to find out. A busy machine may exceed one of them. */
export const impatient = { connectTimeoutMs: 1_000, health: { ...soon, timeoutMs: 2_500 } };

/** Running members, which end with the test. They are probed often, with time limits that nobody who answers exceeds. */
export function running(options: Partial<MemberClustersOptions> = {}): MemberClusters & AsyncDisposable {
  const members = new MemberClusters({
    userAgent: 'test/1',
    logger: discardLogger,
    firstProbeWithinMs: 0,
    connectTimeoutMs: 20_000,
    health: { ...soon, timeoutMs: 60_000 },
    ...options,
  });
  const stop = new AbortController();
  const ended = members.start(stop.signal);
  return Object.assign(members, {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended;
    },
  });
}

/** Waits as long as a busy machine may take. */
export function until(description: string, condition: () => unknown, timeoutMs = 60_000): Promise<unknown> {
  return waitFor(condition, { description, timeoutMs });
}

/** The health of a member when it was first found not to answer, whatever further probes add to that. */
export async function verdictOn(members: MemberClusters, name: string): Promise<Health | undefined> {
  let first: Health | undefined;
  const forget = members.onEvent(({ member }) => {
    if (member.name === name && member.health.state === 'Unhealthy') {
      first ??= member.health;
    }
  });
  await until('the verdict', () => first);
  forget();
  return first;
}

const roleBinding: Kind = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
};

/** Lets a user do everything in a namespace. */
export async function grant(client: Client, namespace: string, user: string): Promise<void> {
  const roleRef = { apiGroup: roleBinding.group, kind: 'ClusterRole', name: 'cluster-admin' };
  const subjects = [{ apiGroup: roleBinding.group, kind: 'User', name: user }];
  const metadata = { namespace, name: uniqueName('grant') };
  const object = { apiVersion: `${roleBinding.group}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects };
  await client.create(roleBinding, object);
}

export async function revoke(client: Client, namespace: string): Promise<void> {
  await client.deleteCollection(roleBinding, { namespace });
}
