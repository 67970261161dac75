import type { Attempt, Waiting } from '@tke/plan';

import type { BuildScope } from '../build/scope.ts';
import { isWaiting, type HostSession } from '../hosts/host-session.ts';
import { firstHost } from '../steps/node/targets.ts';
import { initConfiguration } from './init-configuration.ts';
import { initConfigPath } from './paths.ts';
import { registeredNode } from './registered-node.ts';

const limitMs = 5 * 60_000;
const runTimeoutMs = 2 * 60_000;

/**
 *  A phase of `kubeadm init` that writes files of the first host and asks nobody: done at once, and harmless to repeat.
 */
export async function runInitPhase(scope: BuildScope, phase: readonly string[]): Promise<undefined> {
  const session = await configured(scope);
  await session.run(command(phase), { timeoutMs: runTimeoutMs });
  return undefined;
}

/** One that talks to the API server, and so may take long: it outlives us. */
export async function initPhaseJob(
  scope: BuildScope,
  attempt: Attempt,
  phase: readonly string[],
): Promise<Waiting | undefined> {
  const session = await configured(scope);
  const result = await session.job(attempt, command(phase), { limitMs });
  const message = `kubeadm init phase ${phase[0] ?? ''} is at work on ${session.ip}`;
  return isWaiting(result) ? { ...result, message } : undefined;
}

function command(phase: readonly string[]): readonly string[] {
  return ['kubeadm', 'init', 'phase', ...phase, '--config', initConfigPath];
}

/** The first host, with the configuration of kubeadm on it. */
export async function configured(scope: BuildScope): Promise<HostSession> {
  const ip = firstHost(scope);
  const session = await scope.session(ip);
  const configuration = initConfiguration({ cluster: scope, first: await registeredNode(scope, ip) });
  await session.write(initConfigPath, configuration, { mode: 0o600, parents: 0o755 });
  return session;
}
