import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import type { Clock } from '@tke/time';

export async function readPair(folder: string, name: string): Promise<CertificateAndKey> {
  const read = (extension: string) => readFile(join(folder, `${name}.${extension}`), 'utf8');
  const [certPem, keyPem] = await Promise.all([read('crt'), read('key')]);
  return { certPem, keyPem };
}

async function writePair(folder: string, name: string, { certPem, keyPem }: CertificateAndKey): Promise<void> {
  await writeFile(join(folder, `${name}.key`), keyPem, { mode: 0o600 });
  await writeFile(join(folder, `${name}.crt`), certPem);
}

/**
 * Makes what the servers need. The CA and the key of service account tokens stay once they are there, so what was
 * issued before a restart stays valid.
 */
export async function preparePki(folder: string, clock: Clock): Promise<CertificateAndKey> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(join(folder, 'ca.crt'))) {
    await writePair(folder, 'ca', await createCa({ commonName: 'tke control plane', clock }));
  }
  const ca = await readPair(folder, 'ca');
  await writePair(
    folder,
    'server',
    await issueCertificate({
      ca,
      commonName: 'kube-apiserver',
      dnsNames: ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'],
      ips: ['127.0.0.1', '::1', '10.0.0.1'],
      usages: ['server'],
      clock,
    }),
  );
  const serviceAccountKey = join(folder, 'service-account.key');
  if (!existsSync(serviceAccountKey)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(serviceAccountKey, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  }
  return ca;
}
