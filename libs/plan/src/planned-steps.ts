import { planLimits } from '@tke/api-platform';

import type { PlanRun } from './plan-run.ts';
import type { Step } from './step.ts';

/** A step that applies to the plan, and the hosts it is for. */
export interface PlannedStep<Scope> {
  readonly step: Step<Scope>;
  readonly targets: readonly string[];
}

export interface PlannedSteps<Scope> {
  readonly done: readonly PlannedStep<Scope>[];
  readonly remaining: readonly PlannedStep<Scope>[];
}

/**
 * The steps that apply, cut where the plan is. A step that another release of the operator knew by another name is in no list:
 * then all steps remain, which is harmless, as each is idempotent. Throws a TypeError for steps that the journal cannot tell apart.
 */
export function plannedSteps<Scope>(run: PlanRun<Scope>, current: string | undefined): PlannedSteps<Scope> {
  const names = run.steps.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new TypeError(`a plan has the step ${twice} twice`);
  }
  const position = Math.max(0, current === undefined ? 0 : names.indexOf(current));
  return {
    done: applying(run.steps.slice(0, position), run.scope),
    remaining: applying(run.steps.slice(position), run.scope),
  };
}

function applying<Scope>(steps: readonly Step<Scope>[], scope: Scope): readonly PlannedStep<Scope>[] {
  return steps
    .map((step) => ({ step, targets: [...new Set(step.targets(scope))] }))
    .filter(({ step, targets }) => {
      if (targets.length > planLimits.journal) {
        throw new TypeError(`step ${step.name} has ${targets.length} targets, the journal takes ${planLimits.journal}`);
      }
      return targets.length > 0;
    });
}

export function isSkipped<Scope>({ name, skippedBy = [] }: Step<Scope>, skip: readonly string[]): boolean {
  return [name, ...skippedBy].some((known) => skip.includes(known));
}
