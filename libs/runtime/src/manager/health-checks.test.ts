import { expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { RecordingLogger } from '@tke/log/testing';
import { HealthChecks } from './health-checks.ts';

const noQuery = new URLSearchParams();

test('a check is logged when its verdict changes, however often it is asked', async () => {
  const logger = new RecordingLogger();
  const checks = new HealthChecks(logger, new FakeClock());
  let problem: string | undefined = 'still reading';
  checks.add('cache', () => {
    if (problem !== undefined) {
      throw new Error(problem);
    }
  });
  const ask = async () => {
    for (let probe = 0; probe < 3; probe += 1) {
      await checks.answer('', noQuery);
    }
    return logger.lines.splice(0);
  };

  expect(await ask()).toEqual([
    { level: 'info', message: 'Health check does not pass yet', fields: { check: 'cache', reason: 'still reading' } },
  ]);
  problem = undefined;
  expect(await ask()).toEqual([{ level: 'info', message: 'Health check passes', fields: { check: 'cache' } }]);
  problem = 'connection lost';
  expect(await ask()).toEqual([
    {
      level: 'warn',
      message: 'Health check failed',
      fields: { check: 'cache', error: expect.objectContaining({ message: 'connection lost' }) },
    },
  ]);
  problem = undefined;
  expect(await ask()).toEqual([{ level: 'info', message: 'Health check passes', fields: { check: 'cache' } }]);
});
