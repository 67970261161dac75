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

/** What a hub keeps from one `up` to the next, so that kubeconfigs and webhook addresses stay good. */
export interface HubSettings {
  /** E.g. `1.36`; data written by a newer Kubernetes is not safe to open with an older one. */
  readonly kubernetes: string;
  readonly ports: Readonly<Record<(typeof portNames)[number], number>>;
}

export async function readSettings(layout: HubLayout): Promise<HubSettings | undefined> {
  const text = await readFile(layout.settings, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as HubSettings);
}

export async function createSettings(
  layout: HubLayout,
  kubernetes: string,
  random: Random = Math.random,
): Promise<HubSettings> {
  const settings: HubSettings = { kubernetes, ports: await drawPorts(random) };
  await writeFile(layout.settings, `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
}

/** All at once: nobody listens on a port that was just drawn, so that nothing else keeps two draws apart. */
async function drawPorts(random: Random): Promise<HubSettings['ports']> {
  const drawn: Partial<Record<string, number>> = {};
  for (const name of portNames) {
    drawn[name] = await freePort(random, Object.values(drawn) as number[]);
  }
  return drawn as HubSettings['ports'];
}
