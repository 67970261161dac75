import { dump, load } from 'js-yaml';

import type { CertificateAndKey } from '@tke/pki';

import type { AuthorizationSettings } from './settings.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const decoded = (text: string) => Buffer.from(text, 'base64').toString('utf8');
const entry = 'tke-authz-webhook';

/** How the API server of a cluster reaches the authz-webhook, and as whom. */
export function webhookKubeconfig(
  cluster: string,
  { webhookUrl, webhookCa }: AuthorizationSettings,
  { certPem, keyPem }: CertificateAndKey,
): string {
  const server = `${webhookUrl}/auth/authz/clusters/${cluster}`;
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: entry, cluster: { server, 'certificate-authority-data': base64(webhookCa) } }],
    users: [{ name: entry, user: { 'client-certificate-data': base64(certPem), 'client-key-data': base64(keyPem) } }],
    contexts: [{ name: entry, context: { cluster: entry, user: entry } }],
    'current-context': entry,
  });
}

interface Kubeconfig {
  readonly users?: readonly ({ readonly user?: Readonly<Record<string, unknown>> } | undefined)[];
}

/** The client certificate in a kubeconfig that `webhookKubeconfig` made; undefined for a text that it did not. */
export function clientOf(kubeconfig: string): CertificateAndKey | undefined {
  try {
    const { users = [] } = load(kubeconfig) as Kubeconfig;
    const { 'client-certificate-data': cert, 'client-key-data': key } = users[0]?.user ?? {};
    return typeof cert === 'string' && typeof key === 'string'
      ? { certPem: decoded(cert), keyPem: decoded(key) }
      : undefined;
  } catch {
    return undefined;
  }
}
