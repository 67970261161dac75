import { join } from 'node:path';

import {
  findDetached,
  startDetached,
  stopProcess,
  untilReady,
  type DetachedSpec,
  type RunningProcess,
} from '@tke/envtest';
import { linkLocalAndMetadataRanges } from '@tke/net';
import { systemClock } from '@tke/time';

import { bundlePath, type App } from '../build.ts';
import type { HubLayout } from './layout.ts';
import { loopback, type HubSettings } from './settings.ts';

/** One of our own servers as a process of this machine. */
export interface Application {
  readonly app: App;
  readonly spec: DetachedSpec;
  readonly readyUrl: string;
}

export const serviceAccounts: Readonly<Record<App, string>> = {
  manager: 'system:serviceaccount:tke-system:tke-manager',
  'authz-webhook': 'system:serviceaccount:tke-system:tke-authz-webhook',
};

export function applications(
  layout: HubLayout,
  { address, ports }: HubSettings,
  kubeconfigs: Readonly<Record<App, string>>,
): readonly Application[] {
  const local = (port: number) => `${loopback}:${port}`;
  const ca = join(layout.authz, 'ca.crt');
  const authzFlags = [
    // Clusters that the hub builds ask it from elsewhere; without a certificate of our CA nobody gets an answer.
    `--address=${address === loopback ? loopback : ''}:${ports.authzWebhook}`,
    `--tls-dir=${layout.authz}`,
    `--client-ca=${ca}`,
    `--health-address=${local(ports.authzHealth)}`,
    `--metrics-address=${local(ports.authzMetrics)}`,
    '--shutdown-delay=0',
  ];
  const managerFlags = [
    `--webhook-address=${local(ports.managerWebhook)}`,
    '--webhook-host=127.0.0.1',
    `--health-address=${local(ports.managerHealth)}`,
    `--metrics-address=${local(ports.managerMetrics)}`,
    '--shutdown-delay=0',
    // What is tried on one machine is at its loopback: clusters to import, and hosts behind forwarded ports.
    `--denied-member-addresses=${linkLocalAndMetadataRanges.join(',')}`,
    `--packages=${layout.packages}`,
    `--files=${layout.files}`,
    `--authz-webhook-url=https://${address}:${ports.authzWebhook}`,
    `--authz-webhook-ca=${ca}`,
    `--authz-client-ca=${ca}`,
    `--authz-client-ca-key=${join(layout.authz, 'ca.key')}`,
  ];
  return [
    application(layout, 'authz-webhook', ports.authzHealth, [
      `--kubeconfig=${kubeconfigs['authz-webhook']}`,
      ...authzFlags,
    ]),
    application(layout, 'manager', ports.managerHealth, [`--kubeconfig=${kubeconfigs.manager}`, ...managerFlags]),
  ];
}

function application(layout: HubLayout, app: App, healthPort: number, flags: readonly string[]): Application {
  const spec: DetachedSpec = {
    name: app,
    command: process.execPath,
    args: [bundlePath(app), ...flags],
    cwd: layout.folder,
    logFile: join(layout.logs, `${app}.log`),
    runDir: layout.run,
  };
  return { app, spec, readyUrl: `http://127.0.0.1:${healthPort}/readyz` };
}

/** Starts an application from its bundle; one that runs already is replaced. Does not wait for readiness. */
export async function launch(layout: HubLayout, { app, spec }: Application): Promise<RunningProcess> {
  await stopApplication(layout, app);
  return startDetached(spec, systemClock);
}

export async function stopApplication(layout: HubLayout, app: App): Promise<boolean> {
  const running = await findDetached(layout.run, app, systemClock);
  if (running === undefined) {
    return false;
  }
  await stopProcess(running, { graceMs: 15_000, clock: systemClock });
  return true;
}

export async function applicationReady(
  running: RunningProcess,
  { readyUrl }: Application,
  timeoutMs: number,
): Promise<void> {
  const probe = async (signal: AbortSignal) => (await fetch(readyUrl, { signal })).ok;
  await untilReady(running, { probe, timeoutMs, clock: systemClock });
}
