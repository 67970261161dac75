import { systemClock, type Clock } from '@tke/time';

import { findDetached, type DetachedProcess } from '../process/detached-process.ts';
import { stopProcess } from '../process/lifecycle.ts';
import { stopGraceMs } from './control-plane.ts';
import { layout } from './layout.ts';

// The order in which they stop: each is a client of the next.
const serverNames = ['kube-controller-manager', 'kube-apiserver', 'etcd'];

/** The servers of a detached control plane that run now. */
export async function detachedServers(dataDir: string, clock: Clock = systemClock): Promise<DetachedProcess[]> {
  const { run } = layout(dataDir);
  const found = await Promise.all(serverNames.map((name) => findDetached(run, name, clock)));
  return found.filter((process) => process !== undefined);
}

/** Ends the servers of a detached control plane in good order. Its data stays. */
export async function stopDetached(dataDir: string, clock: Clock = systemClock): Promise<void> {
  for (const process of await detachedServers(dataDir, clock)) {
    await stopProcess(process, { graceMs: stopGraceMs, clock });
  }
}
