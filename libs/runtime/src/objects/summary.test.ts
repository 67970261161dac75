import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { findCondition } from './conditions.ts';
import { eventTypeOf, setSummary, type Outcome } from './summary.ts';

const error = new Error('no');

test.each<[Outcome, string, string]>([
  [{ kind: 'ready' }, 'True', 'Normal'],
  [{ kind: 'progressing', reason: 'Terminating', message: 'On its way.' }, 'Unknown', 'Normal'],
  [{ kind: 'retrying', error }, 'False', 'Warning'],
  [{ kind: 'stalled', error }, 'False', 'Warning'],
])('%j is Ready %s, and told by an event of type %s', (outcome, status, type) => {
  const ready = findCondition(setSummary([], outcome, { generation: 1, clock: new FakeClock() }), 'Ready');
  expect(ready?.status).toBe(status);
  expect(eventTypeOf(ready!)).toBe(type);
});
