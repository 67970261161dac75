import { expect, test } from '@jest/globals';

import { KubeApiError } from './errors.ts';
import { parseStatus } from './status.ts';

const refused = (status: object) =>
  new KubeApiError(
    { method: 'GET', path: '/readyz' },
    500,
    parseStatus(500, JSON.stringify({ kind: 'Status', ...status })),
  );

test('a Status whose fields are not what they should be loses them, and the rest is told', () => {
  expect(refused({ reason: 5, message: ['x'], details: { retryAfterSeconds: 'soon', name: 'a' } })).toMatchObject({
    code: 'HTTP500',
    class: 'Retryable',
    retryAfterSeconds: undefined,
    status: { details: { name: 'a' } },
  });
});

test.each(['constructor', 'toString', 'no reason at all', 'x'.repeat(65)])(
  '%s is no way to another class',
  (reason) => {
    const { class: errorClass, remedy } = refused({ reason });
    expect({ errorClass, remedy: typeof remedy }).toEqual({ errorClass: 'Retryable', remedy: 'string' });
  },
);

test('a message without end is cut', () => {
  expect(refused({ message: 'x'.repeat(1_000_000) }).message.length).toBeLessThan(40_000);
});

test('what a kube-apiserver says stays as it is', () => {
  const status = {
    reason: 'TooManyRequests',
    message: 'slow down',
    details: { retryAfterSeconds: 2, causes: [{ field: 'a' }] },
  };
  expect(refused(status)).toMatchObject({ code: 'TooManyRequests', retryAfterSeconds: 2, status });
});
