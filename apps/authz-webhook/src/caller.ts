import type { ClusterIdentity } from '@tke/authz-state';
import { RequestProblem, type AuthorizeContext } from '@tke/webhook';

export interface KnownCallers {
  /** Common name of the hub's kube-apiserver. */
  readonly hubCommonName: string;
  /** Of the Cluster of a name; undefined where there is none. */
  readonly cluster: (name: string) => ClusterIdentity | undefined;
}

const memberPrefix = 'cluster:';
const uidPrefix = 'uid:';

/** Certificates are valid from so long before they are made. */
const backdatedMs = 5 * 60_000;

/**
 * Each apiserver asks about its own cluster only: a member's is called `cluster:<name>` by its certificate, and belongs to the
 * organization `uid:<uid>` of that Cluster. Throws RequestProblem.
 */
export function checkCaller({ cluster, peer }: AuthorizeContext, { hubCommonName, cluster: find }: KnownCallers): void {
  const expected = cluster === undefined ? hubCommonName : `${memberPrefix}${cluster}`;
  if (peer?.commonName !== expected) {
    throw new RequestProblem(
      'Forbidden',
      `this path is for the client certificate with the common name ${JSON.stringify(expected)}, not ${JSON.stringify(peer?.commonName ?? '')}`,
      {
        remedy: `Use the certificate of ${memberPrefix}<name> for /auth/authz/clusters/<name>, and that of --hub-common-name for /auth/authz.`,
      },
    );
  }
  const known = cluster === undefined ? undefined : find(cluster);
  if (known !== undefined && !isOf(known, peer)) {
    throw new RequestProblem(
      'Forbidden',
      `the client certificate ${JSON.stringify(expected)} is of an earlier Cluster of that name, not of that with UID ${known.uid}`,
      { remedy: `Put the files of the Secret ${cluster ?? ''}-authorization on the hosts of its control plane.` },
    );
  }
}

/** A certificate without a UID was made by an earlier release of the platform: for the Cluster that was there at the time. */
function isOf({ uid, createdAt }: ClusterIdentity, peer: NonNullable<AuthorizeContext['peer']>): boolean {
  const uids = peer.organizations.filter((name) => name.startsWith(uidPrefix));
  return uids.length > 0
    ? uids.length === 1 && uids[0] === `${uidPrefix}${uid}`
    : peer.notBefore + backdatedMs >= createdAt;
}
