export { PlanRunner } from './plan-runner.ts';
export type { PlanOutcome, PlanResult, PlanRun, PlanRunnerOptions, PlanState } from './plan-run.ts';
export type { PlanProgress } from './progress.ts';
export { wholeTarget } from './step.ts';
export type { Attempt, Step, Waiting } from './step.ts';
