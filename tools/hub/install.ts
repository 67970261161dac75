import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { dump, load } from 'js-yaml';

import type { ControlPlane } from '@tke/envtest';

import { repository } from './layout.ts';

interface WebhookManifest {
  readonly webhooks: readonly { clientConfig: { service?: { path: string }; url?: string } }[];
}

const fieldManager = 'tke-hub';

function config(...path: string[]): string {
  return join(repository, 'config', ...path);
}

/** Server-side apply; `-f -` reads the input. Throws with what kubectl said. */
async function apply(controlPlane: ControlPlane, source: readonly string[], input?: string): Promise<void> {
  await kubectl(
    controlPlane,
    ['apply', '--server-side', '--force-conflicts', `--field-manager=${fieldManager}`, ...source],
    input,
  );
}

async function kubectl(controlPlane: ControlPlane, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await controlPlane.kubectl(args, input === undefined ? {} : { input });
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(' ')} failed:\n${stderr}`);
  }
  return stdout;
}

/** The kinds, the namespace of the platform and the rights of its service accounts. */
export async function installKinds(controlPlane: ControlPlane): Promise<void> {
  const kinds = await kubectl(controlPlane, ['kustomize', config('crd')]);
  await apply(controlPlane, ['-f', '-'], kinds);
  await apply(controlPlane, ['-k', config('rbac')]);
  await apply(controlPlane, ['-k', config('admission')]);
  await kubectl(controlPlane, ['wait', '--for=condition=Established', '--timeout=30s', '-f', '-'], kinds);
}

/** Admission webhooks, called at an address of this machine in place of the Service of a cluster. */
export async function installWebhooks(controlPlane: ControlPlane, port: number): Promise<void> {
  for (const name of ['mutating', 'validating']) {
    const manifest = load(await readFile(config('webhook', `${name}.yaml`), 'utf8')) as WebhookManifest;
    for (const { clientConfig } of manifest.webhooks) {
      clientConfig.url = `https://127.0.0.1:${port}${clientConfig.service?.path ?? ''}`;
      delete clientConfig.service;
    }
    await apply(controlPlane, ['-f', '-'], dump(manifest));
  }
}

/**
 * The tenant `default` and its users alice, bob and carol, unless there is one: what was changed since stays. Resolves
 * when its default policies are there.
 */
export async function installTenant(controlPlane: ControlPlane, timeoutSeconds: number): Promise<void> {
  const { code } = await controlPlane.kubectl(['get', 'identityproviders', 'default']);
  if (code !== 0) {
    await apply(controlPlane, ['-k', config('hub')]);
  }
  const wait = ['wait', '--for=condition=Ready', `--timeout=${timeoutSeconds}s`];
  await kubectl(controlPlane, [...wait, 'identityproviders/default']);
  await kubectl(controlPlane, [...wait, 'policies', '-l', 'auth.tkestack.io/tenant=default']);
}
