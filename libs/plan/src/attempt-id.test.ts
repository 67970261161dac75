import { expect, test } from '@jest/globals';

import { attemptId } from './attempt-id.ts';

const key = {
  uid: '3f2c0d8e-6a1b-4c55-9a53-0d5d7f2f1a11',
  operation: 'Create',
  startedAt: '2026-01-01T00:00:00.000Z',
  step: 'EnsureKubeadmInitPhaseETCD',
  target: '10.0.0.1',
  number: 1,
};

test('is the same for the same attempt, and begins with its step', () => {
  expect(attemptId(key)).toBe(attemptId({ ...key }));
  expect(attemptId(key)).toMatch(/^ensure-kubeadm-init-phase-etcd-1-[0-9a-f]{16}$/);
});

test('differs with everything that makes an attempt', () => {
  const others = [
    { uid: 'x' },
    { operation: 'Delete' },
    { startedAt: '2026-01-01T00:00:00.001Z' },
    { step: 'EnsureKubeadmInitPhaseETCd' },
    { target: '10.0.0.2' },
    { number: 2 },
  ];
  const ids = [key, ...others.map((other) => ({ ...key, ...other }))].map(attemptId);
  expect(new Set(ids).size).toBe(others.length + 1);
});

test('fits the name of a unit, whatever the step is called', () => {
  for (const step of ['ensure/../../x', '-', 'Ünsure', 'E'.repeat(253), 'a-'.repeat(40)]) {
    expect(attemptId({ ...key, step, number: 2 ** 31 - 1 })).toMatch(/^[a-z0-9][a-z0-9-]{0,59}$/);
  }
});
