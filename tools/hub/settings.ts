import { readFile, writeFile } from 'node:fs/promises';

import { freePort } from '@tke/envtest';

import type { HubLayout } from './layout.ts';

/** What a hub keeps from one `up` to the next, so that kubeconfigs and webhook addresses stay good. */
export interface HubSettings {
  /** E.g. `1.36`; data written by a newer Kubernetes is not safe to open with an older one. */
  readonly kubernetes: string;
  readonly ports: {
    readonly authzWebhook: number;
    readonly authzHealth: number;
    readonly authzMetrics: number;
    readonly managerWebhook: number;
    readonly managerHealth: number;
    readonly managerMetrics: number;
  };
}

export async function readSettings(layout: HubLayout): Promise<HubSettings | undefined> {
  const text = await readFile(layout.settings, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as HubSettings);
}

export async function createSettings(layout: HubLayout, kubernetes: string): Promise<HubSettings> {
  const port = () => freePort(Math.random);
  const settings: HubSettings = {
    kubernetes,
    ports: {
      authzWebhook: await port(),
      authzHealth: await port(),
      authzMetrics: await port(),
      managerWebhook: await port(),
      managerHealth: await port(),
      managerMetrics: await port(),
    },
  };
  await writeFile(layout.settings, `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
}
