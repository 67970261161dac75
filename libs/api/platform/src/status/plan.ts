import { s } from '@tke/crd';
import type { Infer } from '@tke/crd';

/** Bounds of what a plan writes to status. Whoever writes keeps to them: what is over is refused, and then nothing is written. */
export const planLimits = {
  /** Entries. Finished ones go first, the oldest before the others. */
  journal: 256,
  /** Characters. */
  message: 1024,
  command: 512,
  /** The last lines of what a command printed, secrets taken out. */
  tail: 2048,
} as const;

const name = (description: string) => s.string(description, { maxLength: 253 });

const failure = s.object('Why the last attempt failed.', {
  code: s.string('One CamelCase word; `kubectl tke explain` says more about each.', { maxLength: 64 }),
  class: s.oneOf(
    'Retryable: tried again without help. NeedsUser: waits for a change of spec or the retry annotation. Bug: please report it.',
    ['Retryable', 'NeedsUser', 'Bug'],
  ),
  message: s.string('What happened.', { maxLength: planLimits.message }),
  remedy: s.string('What to do about it.', { maxLength: planLimits.message }),
  command: s.optional(s.string('The command that failed, without secrets.', { maxLength: planLimits.command })),
  exitCode: s.optional(s.integer('Its exit code.', { format: 'int32' })),
  tail: s.optional(s.string('The end of what it printed, without secrets.', { maxLength: planLimits.tail })),
});

const entry = s.object('One step on one host.', {
  step: name('Name of the step, as features.skipConditions knows it.'),
  host: name('Address of the host; empty for steps that concern the cluster as a whole.'),
  state: s.oneOf('How far it is.', ['Running', 'Done', 'Skipped', 'Failed']),
  attempt: s.integer('How often it was tried, this time included.', { format: 'int32', minimum: 0 }),
  startedAt: s.optional(s.timestamp('Begin of the last attempt.')),
  finishedAt: s.optional(s.timestamp('End of the last attempt.')),
  retryAt: s.optional(s.timestamp('When it is tried again.')),
  job: s.optional(name('The detached command on the host that is waited for.')),
  error: s.optional(failure),
});

const operations = [
  'Import',
  'Create',
  'Upgrade',
  'ScaleUp',
  'ScaleDown',
  'Join',
  'Drain',
  'Remove',
  'Delete',
  'Move',
  'Renew',
] as const;

const shape = s.object('What is being done, or was done last.', {
  operation: s.oneOf('What the plan is for.', operations),
  generation: s.optional(s.integer('The metadata.generation the plan was made for.')),
  step: s.optional(name('The step that is under way; absent when the plan is done.')),
  completed: s.integer('Number of steps that are done or skipped on every host.', { format: 'int32', minimum: 0 }),
  total: s.integer('Number of steps.', { format: 'int32', minimum: 0 }),
  startedAt: s.optional(s.timestamp('When the plan began.')),
  finishedAt: s.optional(s.timestamp('When it was done.')),
  journal: s.optional(
    s.listByKey('Steps that run, failed or were done last.', entry, ['step', 'host'], { maxItems: planLimits.journal }),
  ),
});

/** A lifecycle operation and how far it is. */
export type PlanStatus = Infer<typeof shape>;
export type PlanOperation = PlanStatus['operation'];
export type JournalEntry = Infer<typeof entry>;
export type PlanFailure = Infer<typeof failure>;

const problem = s.object('Something that keeps a plan from beginning.', {
  host: name('Address of the host; empty where it is not about a host.'),
  check: name('Name of the check, e.g. CgroupVersion.'),
  message: s.string('What is wrong.', { maxLength: planLimits.message }),
  remedy: s.string('What to do about it.', { maxLength: planLimits.message }),
});

export type PreflightProblem = Infer<typeof problem>;

const leftover = s.object('Something that could not be cleaned up.', {
  host: name('Address of the host, or of the API server of the cluster.'),
  what: s.string('What was left there.', { maxLength: planLimits.message }),
  remedy: s.string('How to clean it up by hand.', { maxLength: planLimits.message }),
});

export type Leftover = Infer<typeof leftover>;

/** Status of kinds whose life is a sequence of plans. */
export const planFields = {
  step: s.optional(s.string('How far the plan is, for printing: 7/31 EnsureKubelet.', { maxLength: 300 })),
  plan: s.optional(shape),
  preflight: s.optional(s.list('Everything that keeps the plan from beginning, at once.', problem, { maxItems: 128 })),
  leftBehind: s.optional(s.list('What a deletion could not clean up.', leftover, { maxItems: 64 })),
  handledRetry: s.optional(
    s.string('Value of the annotation platform.tkestack.io/retry that was answered last.', { maxLength: 4096 }),
  ),
};
