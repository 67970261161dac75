export type { ReconcileContext, Reconciler, Request, Result } from './reconcile.ts';
export type { Permission, Verb } from './permissions.ts';

export { Cache } from './cache/cache.ts';
export type { CacheOptions } from './cache/cache.ts';
export { stripManagedFields } from './cache/prepare.ts';
export type {
  CacheListOptions,
  CacheMetrics,
  CacheReader,
  EventHandler,
  HandlerRegistration,
  Informer,
  InformerOptions,
} from './cache/types.ts';

export { controllerFor } from './controller/builder.ts';
export type { ControllerBuilder, ControllerHost } from './controller/builder.ts';
export type { Mapper } from './controller/mappers.ts';
export { and, annotationChanged, generationChanged, labelChanged, not, or } from './controller/predicates.ts';
export type { Predicate } from './controller/predicates.ts';
export { kindSource } from './controller/source.ts';
export type { Enqueue, KindSourceOptions, Source } from './controller/source.ts';

export { eventRecorderPermissions } from './events/recorder.ts';
export type { EventRecorder } from './events/recorder.ts';

export { leaderElectionPermissions } from './leader/leader-elector.ts';
export type { FencingToken, LeaderElectionOptions } from './leader/leader-elector.ts';

export { Manager } from './manager/manager.ts';
export type { ManagerOptions } from './manager/manager.ts';
export type { Runnable } from './manager/runnable.ts';

export { RuntimeMetrics } from './metrics/runtime-metrics.ts';

export { applyObject } from './objects/apply.ts';
export { findCondition, setCondition } from './objects/conditions.ts';
export { ensureFinalizer, hasFinalizer, removeFinalizer } from './objects/finalizers.ts';
export { jsonEqual, mergeDiff } from './objects/merge-diff.ts';
export { controllerOf, isControlledBy, ownerReference } from './objects/owners.ts';
export { patchStatus } from './objects/status.ts';
export { saveFailure, saveOutcome } from './objects/save-outcome.ts';
export type { StandardStatus, StatusDependencies, StatusObject } from './objects/save-outcome.ts';
export { eventTypeOf, setSummary } from './objects/summary.ts';
export type { Outcome } from './objects/summary.ts';

export { forEachConcurrently } from './concurrency/concurrently.ts';

export { commonFlags, runProgram } from './app/run.ts';
export { parseAddress, parseFlags, parseOneOf, parsePositive, parseSeconds, required } from './app/flags.ts';
export type { FlagSpecs, Flags } from './app/flags.ts';
