import { describe, expect, test } from '@jest/globals';

import { FakeClock } from '@tke/time';

import { uniqueName } from './unique-name.ts';
import { waitFor } from './wait-for.ts';

describe('waitFor', () => {
  test('returns the first truthy answer', async () => {
    const clock = new FakeClock();
    const answers = [undefined, 0, '', 'ready'];
    const waiting = waitFor(() => answers.shift(), { description: 'an answer', clock });
    await clock.advance(1_000);
    expect(await waiting).toBe('ready');
    expect(clock.pendingTimers).toBe(0);
  });

  test('takes errors for "not yet"', async () => {
    const clock = new FakeClock();
    let calls = 0;
    const waiting = waitFor(() => ++calls > 2 || Promise.reject(new Error('not yet')), { description: 'x', clock });
    await clock.advance(1_000);
    expect(await waiting).toBe(true);
  });

  test.each([
    ['value', () => ({ phase: 'Pending' }).phase === 'Running', 'last: false'],
    ['rejection', () => Promise.reject(new Error('refused')), 'last: error: refused'],
    [
      'exception',
      () => {
        throw new Error('thrown');
      },
      'last: error: thrown',
    ],
    ['hanging call', () => new Promise<boolean>(() => undefined), 'last: nothing yet'],
  ])('fails with description and last %s', async (_kind, condition: () => boolean | Promise<boolean>, last) => {
    const clock = new FakeClock();
    const waiting = waitFor(condition, { description: 'pod runs', timeoutMs: 2_000, clock });
    const outcome = expect(waiting).rejects.toMatchObject({
      code: 'ConditionNotMet',
      message: `pod runs: not within 2 s; ${last}`,
    });
    await clock.advance(2_000);
    await outcome;
  });

  test('tells the condition when to give up', async () => {
    const clock = new FakeClock();
    const seen: AbortSignal[] = [];
    const waiting = waitFor((signal) => !seen.push(signal), { description: 'x', timeoutMs: 100, clock });
    const outcome = expect(waiting).rejects.toThrow();
    await clock.advance(100);
    await outcome;
    expect(seen[0]?.aborted).toBe(true);
  });

  test("rejects with the caller's reason when the caller gives up", async () => {
    const caller = new AbortController();
    const waiting = waitFor(() => false, { description: 'x', signal: caller.signal, clock: new FakeClock() });
    caller.abort(new Error('test over'));
    await expect(waiting).rejects.toThrow('test over');
  });
});

describe('uniqueName', () => {
  test('is a valid object name and new each time', () => {
    const names = Array.from({ length: 100 }, () => uniqueName('policy'));
    expect(new Set(names).size).toBe(100);
    names.forEach((name) => expect(name).toMatch(/^policy-[a-z0-9]{8}$/));
  });
});
