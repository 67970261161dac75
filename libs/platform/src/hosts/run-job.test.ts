import { expect, test } from '@jest/globals';

import type { Host } from '@tke/host';
import { FakeClock } from '@tke/time';

import { attemptAt } from '../steps/testing/scope.ts';
import { runJob, type JobTools } from './run-job.ts';

test('a command that prints without pause gives others their turn', async () => {
  const clock = new FakeClock();
  let polls = 0;
  const poll = async () => {
    polls += 1;
    await clock.advance(1000);
    return polls > 100
      ? { state: { state: 'exited', exitCode: 0 }, output: '', nextOffset: polls }
      : { state: { state: 'running' }, output: 'x', nextOffset: polls };
  };
  const host = { jobs: { start: () => Promise.resolve(), poll } } as unknown as Host;
  const { signal } = new AbortController();
  const tools = { host, ip: '10.0.0.1', guard: {}, secrets: [], signal } as unknown as JobTools;
  const attempt = { ...attemptAt('10.0.0.1'), clock };
  await expect(runJob(tools, attempt, ['/bin/hook'], { limitMs: 60_000 })).resolves.toEqual({
    message: 'hook is at work on 10.0.0.1',
    job: attempt.id,
  });
  expect(polls).toBe(10);
});
