import { describe, expect, test } from '@jest/globals';
import { codedErrors } from '@tke/errors';
import type { Condition } from '@tke/meta';
import { FakeClock } from '@tke/time';

import { findCondition, setCondition } from './conditions.ts';
import { setSummary, type Outcome } from './summary.ts';

const start = Date.UTC(2026, 0, 1, 12, 0, 0, 987);
const clockAfter = (seconds: number) => new FakeClock(start + seconds * 1000);
const ready = (status: Condition['status'], at: string, more: Partial<Condition> = {}): Condition => ({
  type: 'Ready',
  status,
  reason: 'Because',
  message: '',
  lastTransitionTime: at,
  ...more,
});
const other: Condition = { ...ready('True', '2026-01-01T00:00:00Z'), type: 'Other' };

describe('setCondition', () => {
  const context = { generation: 7, clock: clockAfter(0) };
  const state = { type: 'Ready', status: 'True', reason: 'Because' } as const;

  test('adds a condition at the end, in whole seconds, with the generation it was seen at', () => {
    expect(setCondition([other], state, context)).toEqual([
      other,
      ready('True', '2026-01-01T12:00:00Z', { observedGeneration: 7 }),
    ]);
    expect(setCondition(undefined, state, context)).toHaveLength(1);
  });

  test('leaves the generation out of what has none', () => {
    expect(setCondition([], state, { ...context, generation: undefined })).toEqual([
      ready('True', '2026-01-01T12:00:00Z'),
    ]);
  });

  test.each<{ name: string; known: Partial<Condition>; time: string }>([
    {
      name: 'moves the transition time when the status changes',
      known: { status: 'False' },
      time: '2026-01-01T12:00:00Z',
    },
    { name: 'keeps it when nothing changes', known: {}, time: '2025-12-31T00:00:00Z' },
    {
      name: 'keeps it when reason, message and generation change',
      known: { reason: 'Old', message: 'old', observedGeneration: 6 },
      time: '2025-12-31T00:00:00Z',
    },
  ])('$name', ({ known, time }) => {
    const before = ready('True', '2025-12-31T00:00:00Z', { observedGeneration: 7, ...known });
    expect(setCondition([before], state, context)).toEqual([ready('True', time, { observedGeneration: 7 })]);
  });

  test('keeps the place of a condition, and the list it was given', () => {
    const before = Object.freeze([Object.freeze(ready('False', '2025-12-31T00:00:00Z')), Object.freeze(other)]);
    const after = setCondition(before, state, context);
    expect(after.map(({ type, status }) => [type, status])).toEqual([
      ['Ready', 'True'],
      ['Other', 'True'],
    ]);
    expect(before[0]?.status).toBe('False');
  });

  test('cuts a message to what the API takes', () => {
    const [condition] = setCondition([], { ...state, message: 'x'.repeat(40_000) }, context);
    expect(condition?.message).toHaveLength(32_768);
  });
});

test('findCondition finds by type', () => {
  expect(findCondition([other], 'Other')).toBe(other);
  expect(findCondition([other], 'Ready')).toBeUndefined();
  expect(findCondition(undefined, 'Ready')).toBeUndefined();
});

const errors = codedErrors({ HostUnreachable: { class: 'Retryable', remedy: 'Check the network.' } });

/** kstatus of fluxcd/cli-utils: in list order, the first of Reconciling and Stalled that is True; else Ready. */
function kstatus(conditions: readonly Condition[]): string {
  for (const { type, status } of conditions) {
    if (status === 'True' && (type === 'Reconciling' || type === 'Stalled')) {
      return type === 'Reconciling' ? 'InProgress' : 'Failed';
    }
  }
  return conditions.find(({ type }) => type === 'Ready')?.status === 'True' ? 'Current' : 'InProgress';
}

describe('the summary', () => {
  const error = errors.HostUnreachable('10.0.0.1 did not answer in 20 s.');
  const text = '10.0.0.1 did not answer in 20 s. Check the network.';

  test.each<{ outcome: Outcome; states: string[]; message: string; means: string }>([
    {
      outcome: { kind: 'ready' },
      states: ['Reconciling=False Succeeded', 'Stalled=False Succeeded', 'Ready=True Succeeded'],
      message: 'The object is as its spec asks.',
      means: 'Current',
    },
    {
      outcome: { kind: 'ready', message: '3 rules' },
      states: ['Reconciling=False Succeeded', 'Stalled=False Succeeded', 'Ready=True Succeeded'],
      message: '3 rules',
      means: 'Current',
    },
    {
      outcome: { kind: 'progressing', reason: 'Draining', message: 'node 2 of 3' },
      states: ['Reconciling=True Progressing', 'Stalled=False Progressing', 'Ready=Unknown Draining'],
      message: 'node 2 of 3',
      means: 'InProgress',
    },
    {
      outcome: { kind: 'retrying', error },
      states: [
        'Reconciling=True ProgressingWithRetry',
        'Stalled=False ProgressingWithRetry',
        'Ready=False HostUnreachable',
      ],
      message: text,
      means: 'InProgress',
    },
    {
      outcome: { kind: 'stalled', error },
      states: ['Reconciling=False HostUnreachable', 'Stalled=True HostUnreachable', 'Ready=False HostUnreachable'],
      message: text,
      means: 'Failed',
    },
    {
      outcome: { kind: 'retrying', error: new Error('boom') },
      states: [
        'Reconciling=True ProgressingWithRetry',
        'Stalled=False ProgressingWithRetry',
        'Ready=False InternalError',
      ],
      message: 'boom. Report this with the log lines around it.',
      means: 'InProgress',
    },
  ])('of $outcome.kind means $means', ({ outcome, states, message, means }) => {
    const conditions = setSummary([], outcome, { generation: 3, clock: clockAfter(0) });
    expect(conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual(states);
    expect(findCondition(conditions, 'Ready')?.message).toBe(message);
    expect(conditions.every(({ observedGeneration }) => observedGeneration === 3)).toBe(true);
    expect(kstatus(conditions)).toBe(means);
  });

  test('stands in front in its order, whatever the list was, and leaves other conditions alone', () => {
    const before = [other, ready('True', '2025-12-31T00:00:00Z')];
    const conditions = setSummary(before, { kind: 'ready' }, { generation: 3, clock: clockAfter(0) });
    expect(conditions.map(({ type }) => type)).toEqual(['Reconciling', 'Stalled', 'Ready', 'Other']);
    expect(conditions[2]?.lastTransitionTime).toBe('2025-12-31T00:00:00Z');
    expect(conditions[3]).toEqual(other);
  });

  test('is equal, times included, when the outcome is the same later', () => {
    const first = setSummary([], { kind: 'stalled', error }, { generation: 3, clock: clockAfter(0) });
    expect(setSummary(first, { kind: 'stalled', error }, { generation: 3, clock: clockAfter(600) })).toEqual(first);
  });
});
