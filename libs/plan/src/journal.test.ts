import { expect, test } from '@jest/globals';

import { planLimits } from '@tke/api-platform';

import { Journal, type Entry } from './journal.ts';

const entry = (step: string, host: string, state: Entry['state'] = 'Done'): Entry => ({
  step,
  host,
  state,
  attempt: 1,
});

test('loses the oldest finished entries of other steps, and no others', () => {
  const current = entry('EnsureB', '10.0.0.1');
  const failed = entry('EnsureA', 'broken', 'Failed');
  const old = Array.from({ length: planLimits.journal - 2 }, (_, index) => entry('EnsureA', String(index)));
  const added = ['10.0.0.2', '10.0.0.3'].map((host) => entry('EnsureB', host, 'Running'));
  const { entries } = new Journal([current, failed, ...old]).with('EnsureB', added);
  expect(entries).toEqual([current, failed, ...old.slice(2), ...added]);
});

test('has one entry per step and host, in the place of the first', () => {
  const journal = new Journal([entry('EnsureA', 'x', 'Failed'), entry('EnsureA', 'y'), entry('EnsureB', 'x')]);
  const { entries } = journal.with('EnsureA', [entry('EnsureA', 'x'), entry('EnsureA', 'z')]);
  expect(entries).toEqual([entry('EnsureA', 'x'), entry('EnsureA', 'y'), entry('EnsureB', 'x'), entry('EnsureA', 'z')]);
});
