import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { applyManifests, freePort, waitFor, type ControlPlane } from '@tke/envtest';
import { createCa, issueCertificate } from '@tke/pki';
import { systemClock } from '@tke/time';

import { bundle, bundlePath } from '../../tools/build.ts';
import type { Figures } from '../table.ts';

const stopMs = 20_000;

/** The shipped authz-webhook, from the start of its process until it says that it is ready. */
export async function readyFigures(controlPlane: ControlPlane): Promise<Figures> {
  await bundle('authz-webhook');
  await applyManifests(controlPlane, definitions());
  const folder = mkdtempSync(join(tmpdir(), 'tke-bench-webhook-'));
  const health = await freePort(Math.random);
  try {
    await writeCertificates(folder);
    const startedAt = performance.now();
    const child = spawn(
      process.execPath,
      [
        '--max-semi-space-size=16',
        bundlePath('authz-webhook'),
        `--kubeconfig=${controlPlane.kubeconfigPath}`,
        `--tls-dir=${folder}`,
        `--client-ca=${join(folder, 'ca.crt')}`,
        '--address=127.0.0.1:0',
        `--health-address=127.0.0.1:${health}`,
        '--metrics-address=',
        '--shutdown-delay=0',
        '--log-level=error',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const ready = async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).ok;
    await waitFor(ready, { description: 'the webhook is ready', timeoutMs: 120_000, intervalMs: 50 });
    const seconds = (performance.now() - startedAt) / 1000;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(kill);
    return { seconds };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** All kinds that the webhook reads have to be served before it is ready. */
function definitions(): string {
  const folder = join(import.meta.dirname, '../../config/crd');
  const files = readdirSync(folder).filter((name) => name.includes('.tkestack.io_'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n---\n');
}

async function writeCertificates(folder: string): Promise<void> {
  const ca = await createCa({ commonName: 'bench', days: 1, clock: systemClock });
  const pair = await issueCertificate({
    ca,
    commonName: 'webhook',
    dnsNames: ['localhost'],
    usages: ['server'],
    days: 1,
    clock: systemClock,
  });
  writeFileSync(join(folder, 'ca.crt'), ca.certPem);
  writeFileSync(join(folder, 'tls.crt'), pair.certPem);
  writeFileSync(join(folder, 'tls.key'), pair.keyPem, { mode: 0o600 });
}
