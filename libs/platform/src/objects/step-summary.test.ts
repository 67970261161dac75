import { expect, test } from '@jest/globals';

import type { Condition } from '@tke/meta';
import { setSummary } from '@tke/runtime';
import { FakeClock } from '@tke/time';
import { CodedError } from '@tke/errors';

import { stepSummary } from './step-summary.ts';

const clock = new FakeClock();
const telling = { reason: 'Creating', phase: 'Initializing', clock };
const failed = setSummary(
  [],
  {
    kind: 'retrying',
    error: new CodedError('CommandFailed', { class: 'Retryable', remedy: 'Read it.' }, 'exit code 1'),
  },
  { generation: 1, clock },
);

test('a step that begins takes the place of what was said of the one before', () => {
  const told = stepSummary(telling, { step: '2/9 EnsureB' }, { step: '1/9 EnsureA', conditions: failed }, 1);
  expect(told).toMatchObject({
    phase: 'Initializing',
    reason: 'Creating',
    message: 'Step 2/9 EnsureB is under way.',
    observedGeneration: 1,
  });
  const { conditions } = told as { conditions: Condition[] };
  expect(conditions.map(({ type, status }) => `${type} ${status}`)).toEqual([
    'Reconciling True',
    'Stalled False',
    'Ready Unknown',
  ]);
});

test('what came of a step stands while it is tried again', () => {
  expect(stepSummary(telling, { step: '1/9 EnsureA' }, { step: '1/9 EnsureA', conditions: failed }, 1)).toEqual({});
  expect(stepSummary(telling, { step: undefined }, { step: '1/9 EnsureA', conditions: failed }, 1)).toEqual({});
});
