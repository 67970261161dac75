import { Writable } from 'node:stream';

import { describe, expect, test } from '@jest/globals';

import { codedErrors } from '@tke/errors';

import { createLogger, type LoggerOptions } from './logger.ts';

function capture(options: LoggerOptions = {}) {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const log = createLogger({ ...options, stream });
  const lines = () =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, lines, text: () => text };
}

describe('the logger', () => {
  test('writes one JSON line with name, values and fields', () => {
    const { log, lines } = capture();
    log.withName('manager').withName('policy').withValues({ reconcileID: 'r1' }).info('reconciled', { rules: 3 });
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        logger: 'manager.policy',
        message: 'reconciled',
        reconcileID: 'r1',
        rules: 3,
      }),
    ]);
  });

  test('shows an error with code and remedy, which JSON alone would print as {}', () => {
    const errors = codedErrors({ TenantMismatch: { class: 'NeedsUser', remedy: 'Use a policy of the same tenant.' } });
    const { log, lines } = capture();
    log.error('reconcile failed', { error: errors.TenantMismatch('tenants differ'), cause: new Error('boom') });
    expect(lines()[0]).toMatchObject({
      error: {
        code: 'TenantMismatch',
        class: 'NeedsUser',
        message: 'tenants differ',
        remedy: 'Use a policy of the same tenant.',
      },
      cause: { message: 'boom' },
    });
  });

  test('shows the stack of a bug and the whole chain of causes, but no stack of what a user has to mend', () => {
    const errors = codedErrors({
      Broken: { class: 'Bug', remedy: 'Report it.' },
      BadField: { class: 'NeedsUser', remedy: 'Correct it.' },
    });
    const { log, lines } = capture();
    log.error('failed', {
      error: errors.Broken('x', { cause: new Error('fetch failed', { cause: new Error('ECONNREFUSED') }) }),
    });
    log.error('failed', { error: errors.BadField('y') });
    expect(lines()[0]).toMatchObject({
      error: {
        code: 'Broken',
        stack: expect.stringContaining('logger.test'),
        cause: { message: 'fetch failed', cause: { message: 'ECONNREFUSED' } },
      },
    });
    expect(lines()[1]?.error).not.toHaveProperty('stack');
  });

  test.each(['password', 'bindPW_password', 'apiToken', 'privateKey', 'clientSecret', 'Authorization'])(
    'never prints a field named %s',
    (name) => {
      const { log, text } = capture();
      log.info('connecting', { [name]: 'hunter2' });
      expect(text()).not.toContain('hunter2');
    },
  );

  test('drops what is below its level', () => {
    const { log, text } = capture({ level: 'warn' });
    log.info('quiet');
    expect(text()).toBe('');
  });
});
