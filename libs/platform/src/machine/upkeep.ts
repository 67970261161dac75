import type { Machine } from '@tke/api-platform';
import type { MemberCluster, MemberClusters } from '@tke/member-cluster';
import type { DeepReadonly } from '@tke/meta';
import type { Outcome } from '@tke/runtime';
import type { Clock } from '@tke/time';

import { isSilence } from '../objects/silence.ts';
import { isCordonedByOthers } from '../steps/node/applied-marks.ts';
import { findNode } from '../steps/node/find-node.ts';
import { nodePatch } from '../steps/node/node-patch.ts';
import { nodeKind, readyCondition, type Node } from '../steps/node/node.ts';
import { keepDrained } from './availability.ts';
import { machineErrors } from './errors.ts';
import { isNodeOf, nodeNameOf } from './find-node.ts';
import type { MachinePass, MachineResult } from './machine-pass.ts';
import { nodeFields } from './node-status.ts';

export interface UpkeepOptions {
  readonly members: Pick<MemberClusters, 'get'>;
  readonly clock: Clock;
}

/** What a Machine whose host has joined asks of its Node, and what the Node says about itself. Needs no way to the host. */
export class MachineUpkeep {
  readonly #options: UpkeepOptions;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Undefined while it is too early to say anything: the manager has just begun to connect to the cluster. An event of it follows. */
  async reconcile(pass: MachinePass): Promise<MachineResult | undefined> {
    const { object } = pass.draft;
    const member = this.#options.members.get(object.spec.clusterName);
    if (member === undefined || member.health.state === 'Unknown') {
      return undefined;
    }
    if (member.health.state === 'Unhealthy') {
      return unreachable(object, member);
    }
    try {
      return await this.#keep(pass, member);
    } catch (error) {
      if (isSilence(error)) {
        return unreachable(object, member);
      }
      throw error;
    }
  }

  async #keep(pass: MachinePass, member: MemberCluster): Promise<MachineResult> {
    const { draft } = pass;
    const name = nodeNameOf(draft.object);
    const node = await nodeOf(member, name, pass);
    if (node === undefined) {
      return failed(machineErrors.NodeMissing(`Cluster ${member.name} has no Node ${name}`));
    }
    if (!isNodeOf(node, draft.object)) {
      return failed(machineErrors.NodeOfAnother(`Node ${name} of Cluster ${member.name} is that of another Machine`));
    }
    const marked = await mark(member, node, pass);
    await draft.update(() => nodeFields(marked));
    const tools = { client: member.client, nodeName: name, clock: this.#options.clock };
    const { outcome, requeueAfterMs } = await keepDrained(pass, tools);
    const health = healthOf(marked);
    return {
      outcome: outcome ?? health,
      phase: health.kind === 'ready' ? 'Running' : 'Failed',
      ...(requeueAfterMs !== undefined && { requeueAfterMs }),
    };
  }
}

/** The cache lags behind a Node that has just registered, and may still be empty; the server is up to date. */
async function nodeOf(
  { cache, client }: MemberCluster,
  name: string,
  { signal }: MachinePass,
): Promise<DeepReadonly<Node> | undefined> {
  const cached = cache.informer(nodeKind).synced ? cache.get(nodeKind, { name }) : undefined;
  return cached ?? (await findNode(client, name, signal));
}

async function mark(
  { client }: MemberCluster,
  node: DeepReadonly<Node>,
  { draft, signal }: MachinePass,
): Promise<DeepReadonly<Node>> {
  const { ip, labels = {}, annotations = {}, taints = [], availability = 'Active' } = draft.object.spec;
  const { name = '' } = node.metadata;
  const wanted = { ip, name, role: 'Worker', labels, annotations, taints } as const;
  const body = nodePatch(node, wanted, { cordoned: availability !== 'Active' });
  return body === undefined ? node : client.patch(nodeKind, { name }, { type: 'merge', body }, { signal });
}

function healthOf(node: DeepReadonly<Node>): Outcome {
  const { name = '' } = node.metadata;
  const ready = readyCondition(node);
  if (ready?.status === 'True') {
    const note = isCordonedByOthers(node) ? ', and cordoned by somebody else' : '';
    return { kind: 'ready', message: `Node ${name} is ready${note}` };
  }
  const why =
    ready === undefined ? 'its kubelet has not reported yet' : (ready.message ?? ready.reason ?? ready.status);
  return { kind: 'retrying', error: machineErrors.NodeNotReady(`Node ${name} is not ready: ${why}`) };
}

function failed(error: Error): MachineResult {
  return { outcome: { kind: 'stalled', error }, phase: 'Failed' };
}

/** The phase stays: that nobody answers says nothing about the Node. */
function unreachable({ status }: DeepReadonly<Machine>, { name, health }: MemberCluster): MachineResult {
  const why = health.lastError?.message ?? 'it has just fallen silent';
  const message = `Cluster ${name} does not answer, so that nothing is known of the Node: ${why}`;
  return {
    outcome: { kind: 'progressing', reason: 'ClusterUnreachable', message },
    phase: status?.phase ?? 'Running',
  };
}
