import { retryAnnotation, type PlanOperation, type PlanStatus, type PreflightProblem } from '@tke/api-platform';
import type { DeepReadonly, KubeObject } from '@tke/meta';
import type { PlanOutcome, PlanRunner, PlanState, Step } from '@tke/plan';
import type { Outcome } from '@tke/runtime';

import { isSuperseded } from '../hosts/superseded.ts';
import type { LoginWatch } from './login-watch.ts';
import type { StatusDraft, StatusFields } from './status-draft.ts';
import { stepSummary, type PlanTelling } from './step-summary.ts';

/** What kinds have in common whose life is a sequence of plans. */
export interface Planned extends KubeObject {
  status?: {
    step?: string;
    plan?: PlanStatus;
    preflight?: PreflightProblem[];
    handledRetry?: string;
  };
}

export interface PlanPassOptions<Scope> {
  readonly runner: Pick<PlanRunner, 'advance'>;
  readonly operation: PlanOperation;
  readonly steps: readonly Step<Scope>[];
  readonly scope: Scope;
  /** The scope as one attempt has it: what it has begun on hosts ends with it. */
  readonly scopeUntil?: (signal: AbortSignal) => Scope;
  /** Has a step that waits for its user tried again when one of these Secrets changes. */
  readonly logins?: { readonly watch: LoginWatch; readonly secrets: readonly string[] };
  /** `features.skipConditions` of the cluster. */
  readonly skip: readonly string[];
  readonly signal: AbortSignal;
  readonly interrupted: () => boolean;
  /** Of another object whose spec the plan follows: both only grow, so that their sum tells a change of either. Default 0. */
  readonly otherGeneration?: number | undefined;
  /** Has status say which step is under way, at each that begins. Absent: only what the caller writes after the pass. */
  readonly telling?: PlanTelling;
}

/**
 * One pass of a plan of an object, whose status has the journal afterwards, and all that a preflight found. Rejects with the reason of
 * the signal, with what kept the status from being written, or when a host says that another process leads.
 */
export async function advancePlan<T extends Planned, Scope>(
  draft: StatusDraft<T>,
  { runner, telling, logins, otherGeneration = 0, ...run }: PlanPassOptions<Scope>,
): Promise<PlanOutcome> {
  const { metadata, status } = draft.object as DeepReadonly<Planned>;
  const { plan, step, handledRetry } = status ?? {};
  const { uid = '' } = metadata;
  const login = logins?.watch.seenBy(uid, logins.secrets);
  const { state, outcome } = await runner.advance({
    ...run,
    uid,
    mended: login?.isMended ?? false,
    endsPass: isSuperseded,
    generation: (draft.generation ?? 0) + otherGeneration,
    retry: metadata.annotations?.[retryAnnotation],
    state: { plan, step, handledRetry },
    save: (next) =>
      draft.update((current) => {
        const told = telling && stepSummary(telling, next, current, draft.generation);
        return { ...told, ...next } as Partial<StatusFields<T>>;
      }),
  });
  await draft.update((current) => {
    const { preflight } = current as PlannedStatus;
    const found = problemsAfter(outcome, state, preflight);
    return { ...state, preflight: found } as Partial<StatusFields<T>>;
  });
  login?.note(outcome);
  return outcome;
}

type PlannedStatus = NonNullable<DeepReadonly<Planned>['status']>;

type Problems = DeepReadonly<PreflightProblem[]> | undefined;

/** Code of what preflight rejects with; the problems are in its property of that name. */
const preflightFailed = 'PreflightFailed';

/** What preflight found, for as long as that is what keeps the plan from going on. */
function problemsAfter(outcome: PlanOutcome, { plan }: PlanState, before: Problems): Problems {
  const found = 'error' in outcome ? problemsOf(outcome.error) : undefined;
  const isKept = plan?.journal?.some(({ state, error }) => state === 'Failed' && error?.code === preflightFailed);
  return found ?? (isKept === true ? before : undefined);
}

function problemsOf(error: unknown): Problems {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const { problems } = error as { readonly problems?: Problems };
  return problems ?? problemsOf(error.cause);
}

/** How the pass of a plan that is not done yet is told, under `reason` while nothing is wrong, and when the next one is due. */
export function resultOf(
  outcome: Exclude<PlanOutcome, { readonly kind: 'done' }>,
  reason: string,
): { readonly outcome: Outcome; readonly requeueAfterMs?: number } {
  switch (outcome.kind) {
    case 'interrupted': {
      // What has come up is in the queue already.
      const message = 'something more important has come up';
      return { outcome: { kind: 'progressing', reason, message }, requeueAfterMs: 1000 };
    }
    case 'waiting':
      return { outcome: { kind: 'progressing', reason, message: outcome.message }, requeueAfterMs: outcome.afterMs };
    case 'retrying':
      return { outcome, requeueAfterMs: outcome.afterMs };
    case 'stalled':
      return { outcome, ...(outcome.afterMs !== undefined && { requeueAfterMs: outcome.afterMs }) };
  }
}

/** As `advancePlan`, told under the reason and phase of `telling`; undefined when the plan is done. */
export async function workOnPlan<T extends Planned, Scope, Phase extends string>(
  draft: StatusDraft<T>,
  options: PlanPassOptions<Scope> & { readonly telling: PlanTelling & { readonly phase: Phase } },
): Promise<{ readonly outcome: Outcome; readonly phase: Phase; readonly requeueAfterMs?: number } | undefined> {
  const { reason, phase } = options.telling;
  const outcome = await advancePlan<T, Scope>(draft, options);
  return outcome.kind === 'done' ? undefined : { ...resultOf(outcome, reason), phase };
}
