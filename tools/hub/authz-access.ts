import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { kubeconfig } from '@tke/envtest';
import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { systemClock } from '@tke/time';

import type { HubLayout } from './layout.ts';
import { loopback, type HubSettings } from './settings.ts';

/**
 * Certificates between kube-apiserver and the authz-webhook. They have a CA of their own: with the cluster's CA, every
 * user's certificate would be good enough to ask the webhook about everybody else.
 */
export async function prepareAuthzAccess(layout: HubLayout, { address, ports }: HubSettings): Promise<void> {
  await mkdir(layout.authz, { recursive: true, mode: 0o700 });
  const ca = await authzCa(layout);
  const server = await issueCertificate({
    ca,
    commonName: 'tke-authz-webhook',
    ips: [...new Set([loopback, address])],
    usages: ['server'],
    clock: systemClock,
  });
  await writeFile(join(layout.authz, 'tls.crt'), server.certPem);
  await writeFile(join(layout.authz, 'tls.key'), server.keyPem, { mode: 0o600 });
  const client = await issueCertificate({ ca, commonName: 'kube-apiserver', usages: ['client'], clock: systemClock });
  const access = kubeconfig({
    server: `https://${loopback}:${ports.authzWebhook}/auth/authz`,
    caPem: ca.certPem,
    client,
  });
  await writeFile(layout.authzKubeconfig, access, { mode: 0o600 });
}

async function authzCa(layout: HubLayout): Promise<CertificateAndKey> {
  const [certFile, keyFile] = [join(layout.authz, 'ca.crt'), join(layout.authz, 'ca.key')];
  if (!existsSync(certFile)) {
    const ca = await createCa({ commonName: 'tke authz-webhook', clock: systemClock });
    await writeFile(keyFile, ca.keyPem, { mode: 0o600 });
    await writeFile(certFile, ca.certPem);
  }
  return { certPem: await readFile(certFile, 'utf8'), keyPem: await readFile(keyFile, 'utf8') };
}
