import { describe, expect, test } from '@jest/globals';

import type { JournalEntry } from '@tke/api-platform';
import type { PlanProgress } from '@tke/plan';

import { failureOf, isPastReturn, moveSteps } from './move-steps.ts';
import { phaseOf } from './step-names.ts';

const at = '2026-01-01T00:00:00Z';

function failed(step: string, more: Partial<JournalEntry>, code = 'MemberNotReady'): PlanProgress {
  const error = { code, class: 'Retryable' as const, message: 'm', remedy: 'r' };
  const entry: JournalEntry = { step, host: '', state: 'Failed', attempt: 1, finishedAt: at, error, ...more };
  return { operation: 'Move', completed: 0, total: 5, startedAt: at, step, journal: [entry] };
}

describe('a move', () => {
  test('has the phases of TKEStack in their order', () => {
    expect(moveSteps.map(({ name }) => phaseOf(name))).toEqual([
      'OldOneLocked',
      'OldOneLocked',
      'OldOneDetached',
      'NewOneCreated',
      'OldOneTerminating',
    ]);
    expect(phaseOf(undefined)).toBeUndefined();
  });

  test.each([
    ['a step needs its user', failed('HandOver', {}), true],
    ['a step has waited as long as it may', failed('ConfirmNew', { retryAt: at }, 'StepTimeout'), true],
    ['a step was tried eight times', failed('HandOver', { retryAt: at, attempt: 8 }), true],
    ['a step is tried again', failed('HandOver', { retryAt: at, attempt: 7 }), false],
    ['the new one has taken over, whatever happens', failed('ReleaseSource', {}), false],
    ['nothing failed', failed('HandOver', { state: 'Running' }), false],
  ])('when %s', (_what, plan, isForGood) => {
    expect(failureOf(plan) !== undefined).toBe(isForGood);
  });

  test('cannot go back once the old one is being deleted', () => {
    expect(
      [undefined, 'ConfirmNew', 'ReleaseSource'].map((step) =>
        isPastReturn(step === undefined ? undefined : failed(step, {})),
      ),
    ).toEqual([false, false, true]);
    expect(isPastReturn({ ...failed('', {}), finishedAt: at })).toBe(true);
  });
});
