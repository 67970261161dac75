import { machine as machineKind, type Cluster, type Machine } from '@tke/api-platform';
import type { DeepReadonly } from '@tke/meta';
import type { PlanRunner, Step } from '@tke/plan';
import type { CacheReader } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { ScopeBuilder } from '../build/scope-builder.ts';
import type { BuildScope } from '../build/scope.ts';
import { skips } from '../build/skips.ts';
import { workOnPlan } from '../objects/advance-plan.ts';
import type { LoginWatch } from '../objects/login-watch.ts';
import { isOvertaken } from '../objects/overtaken.ts';
import type { MachinePass, MachineResult } from './machine-pass.ts';
import { machineSecrets } from './machine-secrets.ts';

export interface JoinOptions {
  /** Of the hub. */
  readonly cache: CacheReader;
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly scopes: Pick<ScopeBuilder, 'machineHosts' | 'forMachine'>;
  readonly joinSteps: readonly Step<BuildScope>[];
  readonly logins: LoginWatch;
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
    const { cache, runner, scopes, joinSteps, logins: watch, clock } = this.#options;
    const { object } = draft;
    const hosts = scopes.machineHosts(draft, cluster, signal);
    const scope = await scopes.forMachine(draft, cluster, hosts, signal);
    const unfinished = await workOnPlan<Machine, BuildScope, typeof phase>(draft, {
      runner,
      operation: 'Join',
      steps: joinSteps,
      scope,
      scopeUntil: (end) => ({ ...scope, session: (ip) => hosts.open(ip, end) }),
      logins: { watch, secrets: machineSecrets(object) },
      skip: skips(cluster),
      signal,
      otherGeneration: cluster.metadata.generation,
      telling: { reason, phase, clock },
      interrupted: () => isOvertaken<Machine>(cache, machineKind, object),
    });
    if (unfinished !== undefined) {
      return unfinished;
    }
    await draft.update(() => ({ nodeName: scope.nodes[0]?.name }));
    return 'joined';
  }
}

function hasJoined({ status }: DeepReadonly<Machine>): boolean {
  return status?.plan?.operation === 'Join' && status.plan.finishedAt !== undefined;
}
