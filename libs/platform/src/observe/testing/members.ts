import { connect, type Client } from '@tke/kube-client';
import type { ClusterAccess } from '@tke/envtest';
import { discardLogger } from '@tke/log';
import { clusterConfig, MemberClusters, type MemberAccess } from '@tke/member-cluster';
import { issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';

export type Target = Pick<ClusterAccess, 'url' | 'pki' | 'kubeconfigPath'>;

export function adminOf({ kubeconfigPath: kubeconfig }: Target): Promise<Client> {
  return connect({ kubeconfig, userAgent: 'test/1', logger: discardLogger });
}

/** A client certificate of the cluster. */
export async function certificateOf({ pki: { ca } }: Target, commonName: string, ...organizations: string[]) {
  const pair = await issueCertificate({ ca, commonName, organizations, usages: ['client'], clock, days: 100 });
  return { cert: pair.certPem, key: pair.keyPem };
}

/** The way into a cluster for a user, by default its administrator. */
export async function accessTo(
  target: Target,
  user = 'kubernetes-admin',
  group = 'system:masters',
): Promise<MemberAccess> {
  const { url, pki } = target;
  const addresses = [{ type: 'Real', host: '127.0.0.1', port: Number(new URL(url).port) }] as const;
  const certificate = await certificateOf(target, user, group);
  return { config: clusterConfig({ addresses, ca: pki.ca.certPem, certificate }) };
}

/** Members that are probed often, and waited for long enough that a busy machine is no silence. They end with the test. */
export function runningMembers(): MemberClusters & AsyncDisposable {
  const members = new MemberClusters({
    userAgent: 'test/1',
    logger: discardLogger,
    firstProbeWithinMs: 0,
    connectTimeoutMs: 5_000,
    health: { intervalMs: 200, retryMs: 100, timeoutMs: 5_000, longestIntervalMs: 500 },
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
