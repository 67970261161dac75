import { describe, expect, test } from '@jest/globals';

import type { Machine } from '@tke/api-platform';

import { begunDrain, deadlineOf, drainAfter, remains } from './drain-status.ts';

const now = Date.parse('2026-01-01T00:00:00.700Z');
const machine = (drainTimeoutSeconds?: number) => ({ spec: { drainTimeoutSeconds } }) as unknown as Machine;
const blocked = (name: string) => ({ namespace: 'a', name, reason: 'The disruption budget b needs 1 healthy pods.' });

describe('the drain in status', () => {
  test('has ten minutes, or what spec gives it', () => {
    expect(begunDrain(machine(), now)).toEqual({
      startedAt: '2026-01-01T00:00:00Z',
      deadline: '2026-01-01T00:10:00Z',
      remaining: 0,
    });
    expect(begunDrain(machine(60), now).deadline).toBe('2026-01-01T00:01:00Z');
  });

  test('gets the time that spec gives it later', () => {
    const begun = begunDrain(machine(60), now);
    expect(new Date(deadlineOf(machine(120), begun)).toISOString()).toBe('2026-01-01T00:02:00.000Z');
    expect(drainAfter(machine(120), begun, { remaining: 1, blocked: [] })).toEqual({
      startedAt: '2026-01-01T00:00:00Z',
      deadline: '2026-01-01T00:02:00Z',
      remaining: 1,
    });
  });

  test.each([
    [1, [], '1 pod is still ending'],
    [3, [], '3 pods are still ending'],
    [1, ['x'], '1 pod is still there, and blocked: a/x (The disruption budget b needs 1 healthy pods)'],
    [9, ['v', 'w', 'x', 'y', 'z'], '9 pods are still there, 5 of them blocked: '],
  ])('is told in a sentence', (remaining, names, sentence) => {
    const told = remains({ remaining, blocked: names.map(blocked) });
    expect(told.startsWith(sentence)).toBe(true);
    expect(told.endsWith('and 2 more')).toBe(names.length === 5);
  });
});
