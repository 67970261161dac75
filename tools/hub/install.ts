import { join } from 'node:path';

import { loadAll } from 'js-yaml';

import { applyManifests, type ControlPlane } from '@tke/envtest';

import { repository } from './layout.ts';

interface WebhookManifest {
  readonly webhooks: readonly { clientConfig: { service?: { path: string }; url?: string } }[];
}

const fieldManager = 'tke-hub';

async function kubectl(controlPlane: ControlPlane, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await controlPlane.kubectl(args);
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(' ')} failed:\n${stderr}`);
  }
  return stdout;
}

/** What `kubectl kustomize` makes of folders of config/. */
async function manifestsOf(controlPlane: ControlPlane, ...folders: string[]): Promise<object[]> {
  const texts = await Promise.all(
    folders.map((folder) => kubectl(controlPlane, ['kustomize', join(repository, 'config', folder)])),
  );
  return texts.flatMap((text) => loadAll(text) as object[]);
}

/** The kinds, the namespace of the platform, the rights of its service accounts and the policies of admission. */
export async function installKinds(controlPlane: ControlPlane): Promise<void> {
  await applyManifests(controlPlane, await manifestsOf(controlPlane, 'crd', 'rbac', 'admission'), { fieldManager });
}

/** Admission webhooks, called at an address of this machine in place of the Service of a cluster. */
export async function installWebhooks(controlPlane: ControlPlane, port: number): Promise<void> {
  const manifests = (await manifestsOf(controlPlane, 'webhook')) as WebhookManifest[];
  for (const { clientConfig } of manifests.flatMap(({ webhooks }) => webhooks)) {
    clientConfig.url = `https://127.0.0.1:${port}${clientConfig.service?.path ?? ''}`;
    delete clientConfig.service;
  }
  await applyManifests(controlPlane, manifests, { fieldManager });
}

/**
 * The tenant `default` and its users alice, bob and carol, unless there is one: what was changed since stays. Resolves
 * when its default policies are there.
 */
export async function installTenant(controlPlane: ControlPlane, timeoutSeconds: number): Promise<void> {
  const { code } = await controlPlane.kubectl(['get', 'identityproviders', 'default']);
  if (code !== 0) {
    await applyManifests(controlPlane, await manifestsOf(controlPlane, 'hub'), { fieldManager });
  }
  const wait = ['wait', '--for=condition=Ready', `--timeout=${timeoutSeconds}s`];
  await kubectl(controlPlane, [...wait, 'identityproviders/default']);
  await kubectl(controlPlane, [...wait, 'policies', '-l', 'auth.tkestack.io/tenant=default']);
}
