import { expect, test } from '@jest/globals';

import { kstatus, type Kstatus, type StatusBearer } from './kstatus.ts';

const seen = (...conditions: [type: string, status: string][]): StatusBearer => ({
  metadata: { generation: 2 },
  status: { observedGeneration: 2, conditions: conditions.map(([type, status]) => ({ type, status })) },
});

test.each<[string, StatusBearer, Kstatus]>([
  ['nobody has seen', { metadata: { generation: 1 }, status: { observedGeneration: -1 } }, 'InProgress'],
  ['nobody answers for', { metadata: { generation: 1 } }, 'Current'],
  ['was changed since', { ...seen(['Ready', 'True']), metadata: { generation: 3 } }, 'InProgress'],
  ['is Reconciling', seen(['Reconciling', 'True'], ['Stalled', 'False'], ['Ready', 'False']), 'InProgress'],
  ['is Stalled', seen(['Reconciling', 'False'], ['Stalled', 'True'], ['Ready', 'False']), 'Failed'],
  ['is Ready', seen(['Reconciling', 'False'], ['Stalled', 'False'], ['Ready', 'True']), 'Current'],
  ['is not Ready', seen(['Ready', 'False']), 'InProgress'],
  ['nobody knows to be Ready', seen(['Ready', 'Unknown']), 'InProgress'],
  ['has conditions of its own only', seen(['Synced', 'False']), 'Current'],
  [
    'is being deleted',
    { ...seen(['Stalled', 'True']), metadata: { generation: 2, deletionTimestamp: '2026-01-02T03:04:05Z' } },
    'Terminating',
  ],
])('an object that %s', (_, object, status) => {
  expect(kstatus(object)).toBe(status);
});
