import { describe, expect, test } from '@jest/globals';

import { codedErrors, describeError, isCoded } from './coded-error.ts';

const errors = codedErrors({
  HostUnreachable: { class: 'Retryable', remedy: 'Check the network.' },
  BadField: { class: 'NeedsUser', remedy: 'Correct the field.' },
});

describe('a coded error', () => {
  test('carries code, class, remedy and cause', () => {
    const cause = new Error('ECONNREFUSED');
    const error = errors.HostUnreachable('10.0.0.1 did not answer', { cause, retryAfterSeconds: 7 });
    expect(error).toMatchObject({
      code: 'HostUnreachable',
      class: 'Retryable',
      remedy: 'Check the network.',
      retryAfterSeconds: 7,
      cause,
    });
  });

  test('takes a remedy that fits the occasion better', () => {
    expect(errors.BadField('x', { remedy: 'Use y.' }).remedy).toBe('Use y.');
  });

  test('has the definition of its code beside what makes it, for whoever explains codes', () => {
    expect(errors.BadField.definition).toEqual({ class: 'NeedsUser', remedy: 'Correct the field.' });
  });

  test('is told apart by its code', () => {
    const error: unknown = errors.BadField('x');
    expect(isCoded(error)).toBe(true);
    expect(isCoded(error, 'BadField', 'Other')).toBe(true);
    expect(isCoded(error, 'HostUnreachable')).toBe(false);
    expect(isCoded(new Error('x'))).toBe(false);
  });
});

test('anything else that is thrown is described as a bug', () => {
  expect(describeError(new TypeError('undefined is not a function'))).toMatchObject({
    code: 'InternalError',
    class: 'Bug',
    message: 'undefined is not a function',
  });
  expect(describeError('text').message).toBe('text');
});
