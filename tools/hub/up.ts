import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';

import { ControlPlane, defaultVersion, parseVersion } from '@tke/envtest';
import { authorizationConfiguration } from '@tke/platform';

import { apps, bundle, bundlePlugin, pluginPath } from '../build.ts';
import { applicationReady, applications, launch, serviceAccounts } from './applications.ts';
import { prepareAuthzAccess } from './authz-access.ts';
import { installKinds, installTenant, installWebhooks } from './install.ts';
import type { HubLayout } from './layout.ts';
import { Progress } from './progress.ts';
import { createSettings, readSettings, saveSettings, type HubSettings } from './settings.ts';

const readyTimeoutMs = 60_000;
/** Users of the tour. Their tenant is in their certificate, as a group. */
const users = ['alice', 'bob', 'carol'] as const;
const serviceAccountGroups = ['system:serviceaccounts', 'system:serviceaccounts:tke-system'];

/** What is not asked for stays as it was, or gets its default. */
export interface HubWishes {
  readonly kubernetes: string | undefined;
  readonly address: string | undefined;
}

/** Brings a hub up, or to the present code when it runs. Resolves when everything is ready. */
export async function up(layout: HubLayout, wishes: HubWishes): Promise<void> {
  const progress = new Progress();
  for (const folder of [layout.folder, layout.logs, layout.run, layout.files, dirname(layout.kubectl)]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const settings = await settingsFor(layout, wishes);
  await prepareAuthzAccess(layout, settings);
  const [controlPlane] = await progress.step(
    `etcd, kube-apiserver and kube-controller-manager ${settings.kubernetes}`,
    () => Promise.all([startControlPlane(layout, settings), Promise.all([...apps.map(bundle), bundlePlugin()])]),
  );
  await linkKubectl(layout, controlPlane.access.kubectlPath);
  await writePlugin(layout);
  await progress.step('kinds and rights', () => installKinds(controlPlane));
  await startApplications(layout, settings, controlPlane, progress);
  await progress.step('tenant "default" with its default policies', async () => {
    await installWebhooks(controlPlane, settings.ports.managerWebhook);
    await installTenant(controlPlane, readyTimeoutMs / 1000);
  });
  for (const name of users) {
    await controlPlane.user(name, { groups: ['tenant:default'] });
  }
  process.stderr.write(`The hub is ready after ${progress.total()} s.\n`);
  process.stdout.write(whatNext(layout));
}

async function settingsFor(layout: HubLayout, { kubernetes, address }: HubWishes): Promise<HubSettings> {
  const wanted = kubernetes === undefined ? undefined : parseVersion(kubernetes);
  const settings = (await readSettings(layout)) ?? (await createSettings(layout, wanted ?? defaultVersion));
  if (wanted !== undefined && wanted !== settings.kubernetes) {
    throw new Error(
      `${layout.folder} holds a hub of Kubernetes ${settings.kubernetes}, not ${wanted}: remove it first (make down CLEAN=1), or use another --dir`,
    );
  }
  return address === undefined ? settings : saveSettings(layout, { ...settings, address });
}

function startControlPlane(layout: HubLayout, { kubernetes, ports }: HubSettings): Promise<ControlPlane> {
  return ControlPlane.start({
    version: kubernetes,
    dataDir: layout.folder,
    ports,
    controllerManager: true,
    durable: true,
    detached: true,
    authorizationConfig: authorizationConfiguration({ kubeConfigFile: layout.authzKubeconfig, kubernetes }),
  });
}

async function startApplications(
  layout: HubLayout,
  settings: HubSettings,
  controlPlane: ControlPlane,
  progress: Progress,
): Promise<void> {
  const kubeconfigs = {
    manager: await controlPlane.user(serviceAccounts.manager, { groups: serviceAccountGroups }),
    'authz-webhook': await controlPlane.user(serviceAccounts['authz-webhook'], { groups: serviceAccountGroups }),
  };
  await progress.step('authz-webhook and manager', () =>
    Promise.all(
      applications(layout, settings, kubeconfigs).map(async (application) =>
        applicationReady(await launch(layout, application), application, readyTimeoutMs),
      ),
    ),
  );
}

async function linkKubectl(layout: HubLayout, kubectl: string): Promise<void> {
  await rm(layout.kubectl, { force: true });
  await symlink(kubectl, layout.kubectl);
}

/** The plugin runs on our Node: the one on the PATH may be too old for it. */
async function writePlugin({ plugin }: HubLayout): Promise<void> {
  await writeFile(plugin, `#!/bin/sh\nexec '${process.execPath}' '${pluginPath}' "$@"\n`, { mode: 0o755 });
}

function whatNext(layout: HubLayout): string {
  const folder = relative(process.cwd(), layout.folder) || '.';
  return `
Try:
  export PATH=$PWD/${folder}/bin:$PATH KUBECONFIG=$PWD/${folder}/kubeconfig
  kubectl get policies
  kubectl apply -k config/samples
  kubectl --kubeconfig ${folder}/users/alice.kubeconfig auth can-i list pods
  kubectl tke why alice list pods
`;
}
