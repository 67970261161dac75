import { codedErrors, describeError } from '@tke/errors';

import type { PlanOutcome } from '../plan-run.ts';

export const errors = codedErrors({
  HostUnreachable: { class: 'Retryable', remedy: 'Check the host.' },
  DiskFull: { class: 'NeedsUser', remedy: 'Free space.' },
});

export const unreachable = errors.HostUnreachable('10.0.0.1 did not answer');
export const full = errors.DiskFull('/var is full');

/** What an outcome says went wrong. */
export const told = (outcome: PlanOutcome) => describeError('error' in outcome ? outcome.error : undefined);
