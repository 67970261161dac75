import { join } from 'node:path';

import { findDetached } from '@tke/envtest';
import { systemClock } from '@tke/time';

import { apps } from '../build.ts';
import type { HubLayout } from './layout.ts';
import { readSettings } from './settings.ts';

const processes = ['etcd', 'kube-apiserver', 'kube-controller-manager', ...apps] as const;

/** Prints the processes of a hub. Resolves with whether one is there and all of it runs. */
export async function status(layout: HubLayout): Promise<boolean> {
  const settings = await readSettings(layout);
  if (settings === undefined) {
    process.stdout.write(`There is no hub in ${layout.folder}: make up starts one.\n`);
    return false;
  }
  process.stdout.write(`Kubernetes ${settings.kubernetes} in ${layout.folder}\n`);
  const running = await Promise.all(processes.map((name) => findDetached(layout.run, name, systemClock)));
  for (const [index, name] of processes.entries()) {
    const found = running[index];
    const state = found === undefined ? 'not running' : `pid ${found.pid}`;
    process.stdout.write(`  ${name.padEnd(24)} ${state.padEnd(12)} ${join(layout.logs, `${name}.log`)}\n`);
  }
  return running.every((found) => found !== undefined);
}
