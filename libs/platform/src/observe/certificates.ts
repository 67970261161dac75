import type { Cluster } from '@tke/api-platform';
import type { ClusterConfig } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import type { AddressGuard } from '@tke/net';
import { certificateInfo, type CertificateInfo } from '@tke/pki';
import type { Clock } from '@tke/time';

import { platformUser } from '../names.ts';
import { renewalTime } from './renewal-time.ts';
import { serverCertificateEnd } from './server-certificate.ts';
import { timestampOf } from './timestamp.ts';

export type Certificate = DeepReadonly<NonNullable<NonNullable<Cluster['status']>['certificates']>[number]>;

/** Of the platform at the cluster. */
export const clientCertificateName = 'client';
/** Of the cluster at the authz-webhook. */
export const authzClientName = 'authz-webhook client';

const onHost = ' on ';

/** Of a certificate that was found on a host. */
export function hostCertificateName(name: string, ip: string): string {
  return `${name}${onHost}${ip}`;
}

/** Where a certificate was found; undefined for one that was not found on a host. */
export function hostOf(name: string): string | undefined {
  return name.split(onHost)[1];
}

export interface CertificateDependencies {
  /** Which addresses may be connected to; undefined for all. */
  readonly guard: AddressGuard | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What the way to a cluster lives by: our client certificate, and the certificate that each of its addresses serves. */
export async function certificatesOf(
  config: ClusterConfig,
  deps: CertificateDependencies,
): Promise<readonly Certificate[]> {
  const client = clientCertificate(config);
  return [...(client === undefined ? [] : [client]), ...(await serverCertificates(config, deps))];
}

function clientCertificate({ user }: ClusterConfig): Certificate | undefined {
  const cert = user.type === 'stored' ? user.certificate?.cert : undefined;
  return cert === undefined || 'path' in cert ? undefined : clientEntry(certificateInfo(cert.text));
}

function clientEntry({ commonName, notBefore, notAfter }: CertificateInfo): Certificate {
  const renewAt = commonName === platformUser ? { renewAt: timestampOf(renewalTime(notAfter, notBefore)) } : {};
  return { name: clientCertificateName, notAfter: timestampOf(notAfter), ...renewAt };
}

async function serverCertificates(
  { server, alternatives = [], serverName, proxyUrl }: ClusterConfig,
  deps: CertificateDependencies,
): Promise<readonly Certificate[]> {
  // Addresses behind a proxy mean nothing here.
  const urls = proxyUrl === undefined ? [server, ...alternatives] : [];
  const hosts = [...new Map(urls.map((url) => [url.host, url])).values()];
  const ends = await Promise.all(
    hosts.map(async (url) => ({ url, notAfter: await serverCertificateEnd(url, { ...deps, serverName }) })),
  );
  return ends.flatMap(({ url, notAfter }) => {
    const name = hosts.length === 1 ? 'apiserver' : `apiserver ${url.host}`;
    return notAfter === undefined ? [] : [{ name, notAfter: timestampOf(notAfter) }];
  });
}
