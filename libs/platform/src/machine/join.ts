import { machine as machineKind, type Cluster, type Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { PlanRunner, Step } from '@tke/plan';
import type { CacheReader } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { ScopeBuilder } from '../build/scope-builder.ts';
import type { BuildScope } from '../build/scope.ts';
import { skips } from '../build/skips.ts';
import { advancePlan, resultOf } from '../objects/advance-plan.ts';
import { isOvertaken } from '../objects/overtaken.ts';
import type { MachinePass, MachineResult } from './machine-pass.ts';

export interface JoinOptions {
  /** Of the hub. */
  readonly cache: CacheReader;
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly scopes: Pick<ScopeBuilder, 'machineHosts' | 'forMachine'>;
  readonly joinSteps: readonly Step<BuildScope>[];
  readonly clock: Clock;
}

const reason = 'Joining';
const phase = 'Initializing';

/** Makes a host a worker of its cluster. */
export class MachineJoin {
  readonly #options: JoinOptions;

  constructor(options: JoinOptions) {
    this.#options = options;
  }

  /** `joined` once the plan is done, in this pass or long ago. Rejects with what is wrong with the login to the host. */
  async advance({ draft, signal }: MachinePass, cluster: DeepReadonly<Cluster>): Promise<MachineResult | 'joined'> {
    if (hasJoined(draft.object)) {
      return 'joined';
    }
    const { cache, runner, scopes, joinSteps, clock } = this.#options;
    const { object } = draft;
    const hosts = scopes.machineHosts(draft, cluster, signal);
    const scope = await scopes.forMachine(draft, cluster, hosts, signal);
    const outcome = await advancePlan(draft, {
      runner,
      operation: 'Join',
      steps: joinSteps,
      scope,
      skip: skips(cluster),
      signal,
      otherGeneration: cluster.metadata.generation,
      telling: { reason, phase, clock },
      interrupted: () => isOvertaken<Machine>(cache, machineKind, object),
    });
    if (outcome.kind !== 'done') {
      return { ...resultOf(outcome, reason), phase };
    }
    await draft.update(() => ({ nodeName: scope.nodes[0]?.name }));
    return 'joined';
  }
}

function hasJoined({ status }: DeepReadonly<Machine>): boolean {
  return status?.plan?.operation === 'Join' && status.plan.finishedAt !== undefined;
}
