import { expect, test } from '@jest/globals';

import type { Leftover } from '@tke/api-platform';
import { CodedError } from '@tke/errors';
import { discardLogger } from '@tke/log';
import { PlanRunner, type PlanState, type Step, type Waiting } from '@tke/plan';
import { FakeClock } from '@tke/time';

import { givingUp, type LeavingScope } from './give-up.ts';

interface Scope extends LeavingScope {
  readonly left: Leftover[];
}

const needsUser = new CodedError(
  'AuthenticationFailed',
  { class: 'NeedsUser', remedy: 'Correct it.' },
  'wrong password',
);

/** Runs a plan of one step to its end, whatever time that takes. Resolves with the minutes it took and what was left. */
async function toTheEnd(run: () => Promise<Waiting | undefined>) {
  const clock = new FakeClock();
  const runner = new PlanRunner({ clock, random: () => 0.5, logger: discardLogger });
  const left: Leftover[] = [];
  const scope: Scope = { left, leaveBehind: (leftover) => Promise.resolve(void left.push(leftover)) };
  const step: Step<Scope> = { name: 'EnsureHostReset', targets: () => ['10.0.0.1'], run, limitMs: 60_000 };
  const leftover = (_scope: Scope, host: string, why: string) => ({ host, what: `All: ${why}`, remedy: 'Clean it.' });
  const steps = [givingUp(step, { attempts: 7, leftover })];
  const began = clock.now();
  let state: PlanState = {};
  let attempts = 0;
  for (; attempts < 1000; attempts++) {
    const result = await runner.advance({
      ...{ uid: 'uid', operation: 'Delete', steps, scope, skip: [], generation: 1, retry: undefined, state },
      signal: new AbortController().signal,
      save: () => Promise.resolve(),
      interrupted: () => false,
    });
    state = result.state;
    const { outcome } = result;
    if (outcome.kind === 'done') {
      return { minutes: (clock.now() - began) / 60_000, left };
    }
    if (!('afterMs' in outcome)) {
      throw new Error(`the plan is ${outcome.kind}`);
    }
    await clock.advance(outcome.afterMs);
  }
  throw new Error('the plan does not end');
}

test('what needs its user is tried for five minutes, which a reboot takes, and then left with its remedy', async () => {
  const { minutes, left } = await toTheEnd(() => Promise.reject(needsUser));
  expect(minutes).toBeGreaterThan(4);
  expect(minutes).toBeLessThan(12);
  expect(left).toEqual([{ host: '10.0.0.1', what: 'All: wrong password', remedy: 'Clean it.' }]);
});

test('what never ends is left, too', async () => {
  const { left } = await toTheEnd(() => Promise.resolve({ message: 'still at it', retryAfterMs: 5_000 }));
  expect(left).toEqual([{ host: '10.0.0.1', what: 'All: It did not end in time.', remedy: 'Clean it.' }]);
});

test('what succeeds late leaves nothing', async () => {
  let tries = 0;
  const { left } = await toTheEnd(() => ((tries += 1) < 4 ? Promise.reject(needsUser) : Promise.resolve(undefined)));
  expect(tries).toBe(4);
  expect(left).toEqual([]);
});
