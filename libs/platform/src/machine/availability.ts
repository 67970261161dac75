import type { Machine } from '@tke/api-platform';
import type { Client } from '@tke/kube-client';
import type { DeepReadonly } from '@tke/meta';
import type { Outcome } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { drainNode } from '../drain/drain-node.ts';
import { begunDrain, deadlineOf, drainAfter, remains, type DrainStatus } from '../drain/drain-status.ts';
import { machineErrors } from './errors.ts';
import type { MachinePass } from './machine-pass.ts';

/** Between passes of a drain. */
const drainPollMs = 3_000;
/** Between looks at one that is over its time, or done: pods may come that tolerate a cordon. */
const watchMs = 30_000;

/** How far pods are from where the Machine wants them; `outcome` absent: they are there. */
export interface AvailabilityResult {
  readonly outcome?: Outcome;
  readonly requeueAfterMs?: number;
}

export interface DrainTools {
  /** Of the member. */
  readonly client: Client;
  readonly nodeName: string;
  readonly clock: Clock;
}

/** Takes pods off the Node of a Machine that shall be Drained, which is cordoned already; forgets the drain of one that shall not. */
export async function keepDrained(
  { draft, signal }: MachinePass,
  { client, nodeName, clock }: DrainTools,
): Promise<AvailabilityResult> {
  if (draft.object.spec.availability !== 'Drained') {
    await draft.update(() => ({ drain: undefined }));
    return {};
  }
  const pass = await drainNode(client, nodeName, { withoutController: 'keep', unconfirmed: 'wait', clock, signal });
  const { status } = draft.object;
  // Pods that came after the last drain was done have their own time.
  const isUnderWay = status?.drain !== undefined && (status.drain.remaining > 0 || pass.remaining === 0);
  const began = isUnderWay ? status.drain : begunDrain(draft.object, clock.now());
  const drain = drainAfter(draft.object, began, pass);
  await draft.update(() => ({ drain }));
  return resultOf(draft.object, drain, clock.now());
}

function resultOf(machine: DeepReadonly<Machine>, drain: DrainStatus, now: number): AvailabilityResult {
  if (drain.remaining === 0) {
    return { requeueAfterMs: watchMs };
  }
  if (now <= deadlineOf(machine, drain)) {
    const message = `${remains(drain)}; they have time until ${drain.deadline ?? ''}`;
    return { outcome: { kind: 'progressing', reason: 'Draining', message }, requeueAfterMs: drainPollMs };
  }
  const error = machineErrors.DrainBlocked(`${remains(drain)}; their time was over at ${drain.deadline ?? ''}`);
  return { outcome: { kind: 'stalled', error }, requeueAfterMs: watchMs };
}
