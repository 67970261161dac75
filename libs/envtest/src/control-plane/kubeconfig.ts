import { dump } from 'js-yaml';

import type { CertificateAndKey } from '@tke/pki';

export interface KubeconfigOptions {
  /** `https://host:port/path`. */
  readonly server: string;
  readonly caPem: string;
  /** The client certificate. */
  readonly client: CertificateAndKey;
}

/** A kubeconfig (YAML) that carries everything inline. */
export function kubeconfig({ server, caPem, client }: KubeconfigOptions): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return dump({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'tke', cluster: { server, 'certificate-authority-data': base64(caPem) } }],
    users: [
      {
        name: 'user',
        user: { 'client-certificate-data': base64(client.certPem), 'client-key-data': base64(client.keyPem) },
      },
    ],
    contexts: [{ name: 'tke', context: { cluster: 'tke', user: 'user' } }],
    'current-context': 'tke',
  });
}
