import type { Cluster } from '@tke/api-platform';
import { commandLine, quote } from '@tke/host';
import type { DeepReadonly } from '@tke/meta';
import type { Attempt, Step, Waiting } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { isWaiting, type HostSession } from '../../hosts/host-session.ts';
import { hookWords } from './hook-words.ts';

/** Points of a cluster's or host's life at which `features.hooks` may name a command. */
export type HookType =
  'PreInstall' | 'PostInstall' | 'PreClusterInstall' | 'PostClusterInstall' | 'PreClusterDelete' | 'PostClusterDelete';

const hookLimitMs = 10 * 60_000;
/** The host ends the hook first, and says what it printed. */
const stepLimitMs = hookLimitMs + 60_000;

/** $0 is the type of the hook, for whoever reads the message of a failure. */
const hookScript = 'eval "$(cat)"';

/**
 * Runs the hook of a cluster on a host, at most once for an attempt; does nothing where there is none. As in TKEStack the first word of
 * the command is made executable, and hooks of the cluster as a whole are given its annotations and labels as further words. Its
 * text goes by standard input: a spec that changes while the hook runs must not make another command of the same attempt.
 */
export async function runHook(
  session: HostSession,
  attempt: Attempt,
  cluster: DeepReadonly<Cluster>,
  type: HookType,
): Promise<Waiting | undefined> {
  const command = hookOf(cluster, type);
  if (command === undefined) {
    return undefined;
  }
  const [program = ''] = command.split(' ', 1);
  const words = type.includes('Cluster') ? ` ${commandLine(hookWords(cluster))}` : '';
  const stdin = `chmod +x -- ${quote(program)} || exit 1\nexec < /dev/null\n${command}${words}\n`;
  const run = await session.job(attempt, ['sh', '-c', hookScript, type], { limitMs: hookLimitMs, stdin });
  return isWaiting(run) ? { ...run, message: `the hook ${type} runs on ${session.ip}` } : undefined;
}

/** A step that runs a hook; none where the cluster has no such hook. */
export function hookStep(type: HookType, targets: Step<BuildScope>['targets']): Step<BuildScope> {
  return {
    name: `Ensure${type}Hook`,
    targets: (scope) => (hookOf(scope.cluster, type) === undefined ? [] : targets(scope)),
    limitMs: stepLimitMs,
    run: async (scope, attempt) => runHook(await scope.session(attempt.target), attempt, scope.cluster, type),
  };
}

function hookOf({ spec }: DeepReadonly<Cluster>, type: HookType): string | undefined {
  const command = spec.features?.hooks?.[type]?.trim();
  return command === '' ? undefined : command;
}
