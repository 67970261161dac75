import { readFile, writeFile } from 'node:fs/promises';

import { freePort } from '@tke/envtest';
import type { Random } from '@tke/time';

import type { HubLayout } from './layout.ts';

const portNames = [
  'apiServer',
  'controllerManager',
  'authzWebhook',
  'authzHealth',
  'authzMetrics',
  'managerWebhook',
  'managerHealth',
  'managerMetrics',
] as const;

export const loopback = '127.0.0.1';

/** What a hub keeps from one `up` to the next, so that kubeconfigs and webhook addresses stay good. */
export interface HubSettings {
  /** E.g. `1.36`; data written by a newer Kubernetes is not safe to open with an older one. */
  readonly kubernetes: string;
  /** Of this machine, under which clusters that the hub builds reach it. The default is good for none of them. */
  readonly address: string;
  readonly ports: Readonly<Record<(typeof portNames)[number], number>>;
}

/** Hubs of before there were addresses have none. */
type StoredSettings = Omit<HubSettings, 'address'> & Partial<Pick<HubSettings, 'address'>>;

export async function readSettings(layout: HubLayout): Promise<HubSettings | undefined> {
  const text = await readFile(layout.settings, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : { address: loopback, ...(JSON.parse(text) as StoredSettings) };
}

export async function saveSettings(layout: HubLayout, settings: HubSettings): Promise<HubSettings> {
  await writeFile(layout.settings, `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
}

export async function createSettings(
  layout: HubLayout,
  kubernetes: string,
  random: Random = Math.random,
): Promise<HubSettings> {
  return saveSettings(layout, { kubernetes, address: loopback, ports: await drawPorts(random) });
}

/** All at once: nobody listens on a port that was just drawn, so that nothing else keeps two draws apart. */
async function drawPorts(random: Random): Promise<HubSettings['ports']> {
  const drawn: Partial<Record<string, number>> = {};
  for (const name of portNames) {
    drawn[name] = await freePort(random, Object.values(drawn) as number[]);
  }
  return drawn as HubSettings['ports'];
}
