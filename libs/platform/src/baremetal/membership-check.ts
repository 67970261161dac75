import type { Machine } from '@tke/api-platform';
import { errorMessage } from '@tke/errors';
import type { MemberCluster } from '@tke/member-cluster';
import type { ConditionStatus, DeepReadonly } from '@tke/meta';
import type { Clock } from '@tke/time';

import type { HostsScope } from '../build/scope-builder.ts';
import { endsPass } from '../objects/ends-pass.ts';
import { etcdMembers, type EtcdMember } from './etcd-members.ts';
import { disagreements } from './membership.ts';
import { nodesOf } from './nodes-of.ts';

/** etcd is asked over SSH: when Nodes have come or gone, and else so often. */
const etcdIntervalMs = 600_000;
const mostShown = 5;

type Asked = { readonly members: readonly EtcdMember[] } | { readonly error: unknown };

interface Answer {
  /** Of the Nodes at that time. */
  readonly key: string;
  readonly at: number;
  readonly asked: Asked;
}

export interface MembershipCondition {
  readonly type: 'MembersAgree';
  readonly status: ConditionStatus;
  readonly reason: 'Agree' | 'Disagree' | 'EtcdNotAsked';
  readonly message: string;
}

/** Compares Machines, Nodes and the members of etcd: a host that is in one list and not in the others is a failure that waits to happen. */
export class MembershipCheck {
  readonly #clock: Clock;
  /** By UID of the Cluster. */
  readonly #answers = new Map<string, Answer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined until the Nodes have been seen. Rejects with what ends the pass only. */
  async check(
    member: MemberCluster,
    scope: HostsScope,
    machines: readonly DeepReadonly<Machine>[],
    signal: AbortSignal,
  ): Promise<MembershipCondition | undefined> {
    const nodes = nodesOf(member);
    if (nodes === undefined) {
      return undefined;
    }
    const key = JSON.stringify(nodes.map(({ metadata }) => metadata.uid).toSorted());
    const asked = scope.cluster.spec.etcd?.external === undefined ? await this.#asked(scope, key, signal) : undefined;
    const etcd = asked !== undefined && 'members' in asked ? asked.members : undefined;
    const { controlPlane } = scope;
    return conditionOf(disagreements({ controlPlane, machines, nodes, etcd }), asked);
  }

  forget(uid: string): void {
    this.#answers.delete(uid);
  }

  async #asked(scope: HostsScope, key: string, signal: AbortSignal): Promise<Asked> {
    const { uid = '' } = scope.cluster.metadata;
    const known = this.#answers.get(uid);
    if (known?.key === key && this.#clock.monotonic() - known.at < etcdIntervalMs) {
      return known.asked;
    }
    const asked = await ask(scope, signal);
    this.#answers.set(uid, { key, at: this.#clock.monotonic(), asked });
    return asked;
  }
}

/** The first host of the control plane that can tell. */
async function ask({ controlPlane, session }: HostsScope, signal: AbortSignal): Promise<Asked> {
  let first: unknown;
  for (const ip of controlPlane) {
    try {
      return { members: await etcdMembers(await session(ip)) };
    } catch (error) {
      if (endsPass(error, signal)) {
        throw error;
      }
      first ??= error;
    }
  }
  return { error: first };
}

function conditionOf(problems: readonly string[], asked: Asked | undefined): MembershipCondition {
  const type = 'MembersAgree';
  if (problems.length > 0) {
    const more = problems.length > mostShown ? `, and ${problems.length - mostShown} more` : '';
    return { type, status: 'False', reason: 'Disagree', message: `${problems.slice(0, mostShown).join('; ')}${more}.` };
  }
  if (asked !== undefined && 'error' in asked) {
    const message = `Machines and Nodes agree; etcd could not be asked: ${errorMessage(asked.error)}`;
    return { type, status: 'Unknown', reason: 'EtcdNotAsked', message };
  }
  return { type, status: 'True', reason: 'Agree', message: 'Machines, Nodes and members of etcd are the same hosts.' };
}
