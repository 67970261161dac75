import type { Machine } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import { forEachConcurrently } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { evict } from './evict.ts';
import { podFate, type FateOptions, type PodFate } from './pod-fate.ts';
import { podKind, type Pod } from '../steps/node/pod.ts';

type DrainStatus = NonNullable<NonNullable<Machine['status']>['drain']>;
export type BlockedPod = NonNullable<DrainStatus['blocked']>[number];

export interface DrainOptions extends FateOptions {
  /** What pods have to end in. Default: what each asks for. */
  readonly gracePeriodSeconds?: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface DrainPass {
  /** Pods that have to go and are still there. */
  readonly remaining: number;
  /** Those of them that do not go, by namespace and name; at most 32, as the status has room for. */
  readonly blocked: readonly BlockedPod[];
}

// Bounds of the API: libs/api/platform/src/machine/machine-status.ts.
const blockedShown = 32;
const longestReason = 1024;

const evictionsAtOnce = 8;

/**
 * One pass of a drain: asks for the eviction of every pod of the node that has to go and has not been asked yet, through the API that
 * honours PodDisruptionBudgets. Waits for none of them: to be called again, every few seconds, until nothing remains. The node should
 * be cordoned before. Rejects when the API server cannot be asked.
 */
export async function drainNode(client: Client, nodeName: string, options: DrainOptions): Promise<DrainPass> {
  const { clock, signal } = options;
  const { items } = await client.list(podKind, { fieldSelector: `spec.nodeName=${nodeName}`, signal });
  const pods = items
    .map((pod) => ({ pod, fate: podFate(pod, options, clock.now()) }))
    .filter(({ fate }) => fate.kind !== 'leave');
  const blocked: BlockedPod[] = [];
  await forEachConcurrently(pods, evictionsAtOnce, signal, async ({ pod, fate }) => {
    const reason = await obstacleOf(client, pod, fate, options);
    if (reason !== undefined) {
      const { namespace = '', name = '' } = pod.metadata;
      blocked.push({ namespace, name, reason: reason.slice(0, longestReason) });
    }
  });
  const name = (pod: BlockedPod) => `${pod.namespace}/${pod.name}`;
  const sorted = blocked.toSorted((a, b) => name(a).localeCompare(name(b), 'en'));
  return { remaining: pods.length, blocked: sorted.slice(0, blockedShown) };
}

async function obstacleOf(
  client: Client,
  pod: DeepReadonly<Pod>,
  fate: PodFate,
  options: DrainOptions,
): Promise<string | undefined> {
  switch (fate.kind) {
    case 'evict':
      return evict(client, pod, options);
    case 'wait':
      return fate.obstacle;
    case 'leave':
      return undefined;
  }
}
