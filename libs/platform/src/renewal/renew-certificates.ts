import { renewAnnotation, type Cluster } from '@tke/api-platform';
import { describeError } from '@tke/errors';
import type { ConditionStatus } from '@tke/meta';
import type { PlanOutcome, Step } from '@tke/plan';
import { findCondition, setCondition } from '@tke/runtime';
import type { Clock } from '@tke/time';

import type { ScopeBuilder } from '../build/scope-builder.ts';
import { clusterPlan, type ClusterPlanTools } from '../cluster/cluster-plan.ts';
import type { ClusterPass } from '../cluster/provider.ts';
import { platformErrors } from '../errors.ts';
import { advancePlan } from '../objects/advance-plan.ts';
import { without } from '../objects/conditions.ts';
import type { StatusChange } from '../objects/status-draft.ts';
import { endsPass } from '../objects/ends-pass.ts';
import { renewalNeed, untilAsked } from './renewal-due.ts';
import type { RenewalScope } from './renewal-scope.ts';

export interface RenewalTools extends ClusterPlanTools {
  readonly scopes: Pick<ScopeBuilder, 'clusterHosts' | 'forRenewal'>;
  readonly renewalSteps: readonly Step<RenewalScope>[];
  readonly clock: Clock;
}

/** How far a renewal is after a pass. */
export interface Renewal {
  /** What is going on, one sentence; undefined while nothing is, or it has failed. */
  readonly underWay?: string;
  /** Whether certificates are new. */
  readonly renewed?: boolean;
  readonly requeueAfterMs?: number;
}

/** What there is now is soon looked at. */
const afterwardsMs = 5000;

/**
 * One pass of the renewal of what a built cluster lives by, where it is time for it. What fails is told by the condition
 * CertificatesRenewed and tried again: the cluster goes on as it is. Rejects with what ends the pass.
 */
export async function renewCertificates(tools: RenewalTools, pass: ClusterPass): Promise<Renewal> {
  const { draft, signal } = pass;
  const now = tools.clock.now();
  const need = renewalNeed(draft.object, now);
  switch (need.kind) {
    case 'none': {
      await dropUnsettled(pass);
      const requeueAfterMs = untilAsked(draft.object, now);
      return requeueAfterMs === undefined ? {} : { requeueAfterMs };
    }
    case 'unreadable':
      await tell(tools, pass, failed(platformErrors.RenewalTimeInvalid(invalidTime(need.value))));
      return {};
    case 'due':
      try {
        return await settle(tools, pass, await advance(tools, pass));
      } catch (error) {
        if (endsPass(error, signal)) {
          throw error;
        }
        await tell(tools, pass, failed(error));
        return {};
      }
  }
}

async function advance(tools: RenewalTools, pass: ClusterPass): Promise<PlanOutcome> {
  const { draft, signal } = pass;
  const hosts = tools.scopes.clusterHosts(draft, signal);
  const scope = await tools.scopes.forRenewal(draft, hosts, signal);
  return advancePlan<Cluster, RenewalScope>(draft, {
    ...clusterPlan(tools, pass, hosts, scope),
    operation: 'Renew',
    steps: tools.renewalSteps,
  });
}

async function settle(tools: RenewalTools, pass: ClusterPass, outcome: PlanOutcome): Promise<Renewal> {
  switch (outcome.kind) {
    case 'done': {
      const { startedAt } = pass.draft.object.status?.plan ?? {};
      const told = { status: 'True', reason: 'Renewed', message: 'The certificates were renewed.' } as const;
      await tell(tools, pass, told, { certificatesRenewedAt: startedAt });
      return { renewed: true, requeueAfterMs: afterwardsMs };
    }
    case 'interrupted':
      return { underWay: 'Something more important has come up.', requeueAfterMs: 1000 };
    case 'waiting':
      await tell(tools, pass, { status: 'Unknown', reason: 'Renewing', message: outcome.message });
      return { underWay: outcome.message, requeueAfterMs: outcome.afterMs };
    case 'retrying':
      await tell(tools, pass, failed(outcome.error));
      return { requeueAfterMs: outcome.afterMs };
    case 'stalled': // whatever else waits is looked at with the cluster
      await tell(tools, pass, failed(outcome.error));
      return {};
  }
}

/** What did not come to its end is over: the time that was asked for was corrected, or taken back. */
async function dropUnsettled({ draft }: ClusterPass): Promise<void> {
  const known = findCondition(draft.object.status?.conditions, conditionType);
  if (known !== undefined && known.status !== 'True') {
    await draft.update(({ conditions }) => ({ conditions: without(conditions, [conditionType]) }));
  }
}

const conditionType = 'CertificatesRenewed';

interface Told {
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}

function failed(error: unknown): Told {
  const { code, message, remedy } = describeError(error);
  return { status: 'False', reason: code, message: `${message}. ${remedy}` };
}

async function tell(
  { clock }: RenewalTools,
  { draft }: ClusterPass,
  told: Told,
  more: StatusChange<Cluster> = {},
): Promise<void> {
  const condition = { type: conditionType, ...told };
  await draft.update(({ conditions }) => ({
    ...more,
    conditions: setCondition(conditions, condition, { generation: draft.generation, clock }),
  }));
}

function invalidTime(value: string): string {
  return `annotation ${renewAnnotation} is ${JSON.stringify(value.slice(0, 64))}, which is not a time of RFC 3339 such as 2027-01-31T12:00:00Z`;
}
