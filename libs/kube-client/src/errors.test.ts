import { describe, expect, test } from '@jest/globals';

import {
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isTimeout,
  isTooManyRequests,
  KubeApiError,
  KubeTransportError,
} from './errors.ts';
import { parseStatus } from './status.ts';

const request = { method: 'PUT', path: '/api/v1/namespaces/a/secrets/b?fieldManager=me' };

describe('an API error', () => {
  const status = parseStatus(
    422,
    JSON.stringify({
      kind: 'Status',
      reason: 'Invalid',
      message: 'Policy "b" is invalid: spec.tenantID: Required value',
      code: 422,
      details: {
        causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.tenantID' }],
        retryAfterSeconds: 3,
      },
    }),
  );

  test('says what was asked and what the server said', () => {
    const error = new KubeApiError(request, 422, status);
    expect(error.message).toBe(
      'PUT /api/v1/namespaces/a/secrets/b: 422 Invalid: Policy "b" is invalid: spec.tenantID: Required value',
    );
    expect(error).toMatchObject({ code: 'Invalid', class: 'Retryable', httpStatus: 422, retryAfterSeconds: 3 });
    expect(error.causes).toEqual([{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.tenantID' }]);
  });

  test('takes the header before the details for when to retry', () => {
    expect(new KubeApiError(request, 429, status, 7).retryAfterSeconds).toBe(7);
  });

  test('quotes the beginning of what is not a Status', () => {
    const error = new KubeApiError(request, 502, parseStatus(502, `<html>\n  bad   gateway ${'x'.repeat(1000)}`));
    expect(error.code).toBe('HTTP502');
    expect(error.class).toBe('Retryable');
    expect(error.message).toMatch(/^PUT \S+: 502: <html> bad gateway x+…$/);
    expect(error.message.length).toBeLessThan(400);
  });

  // Terminal for the runtime is only what no change around the object can mend.
  test.each([
    ['NotFound', 'Retryable'],
    ['Conflict', 'Retryable'],
    ['Forbidden', 'Retryable'],
    ['Unauthorized', 'Retryable'],
    ['TooManyRequests', 'Retryable'],
    ['Invalid', 'Retryable'],
    ['RequestEntityTooLarge', 'Retryable'],
    ['BadRequest', 'Bug'],
    ['UnsupportedMediaType', 'Bug'],
  ])('%s is %s', (reason, expected) => {
    expect(new KubeApiError(request, 400, { reason }).class).toBe(expected);
  });
});

const predicates = {
  isNotFound,
  isAlreadyExists,
  isConflict,
  isInvalid,
  isForbidden,
  isGone,
  isTimeout,
  isTooManyRequests,
};

describe('predicates', () => {
  test.each([
    ['NotFound', 404, ['isNotFound']],
    ['AlreadyExists', 409, ['isAlreadyExists']],
    ['Conflict', 409, ['isConflict']],
    ['Invalid', 422, ['isInvalid']],
    ['Forbidden', 403, ['isForbidden']],
    ['Gone', 410, ['isGone']],
    ['Expired', 410, ['isGone']],
    ['Timeout', 504, ['isTimeout']],
    ['ServerTimeout', 500, ['isTimeout']],
    ['TooManyRequests', 429, ['isTooManyRequests']],
    // The apiserver's answer for a group it does not serve is plain text.
    [undefined, 404, ['isNotFound']],
    [undefined, 500, []],
  ])('%s with %i is %j', (reason, code, expected) => {
    const error = new KubeApiError(request, code, reason === undefined ? {} : { reason });
    expect(Object.entries(predicates).flatMap(([name, is]) => (is(error) ? [name] : []))).toEqual(expected);
  });

  test('a deadline of ours is a timeout too, any other error is nothing', () => {
    expect(isTimeout(new KubeTransportError('Timeout', 'x'))).toBe(true);
    expect(isTimeout(new KubeTransportError('ConnectionLost', 'x'))).toBe(false);
    expect(isNotFound(new Error('not found'))).toBe(false);
  });
});

test('a server that asks for an hour is asked again after a minute', () => {
  const error = new KubeApiError({ method: 'GET', path: '/x' }, 503, { code: 503 }, 3600);
  expect(error.retryAfterSeconds).toBe(60);
});
