import { describe, expect, test } from '@jest/globals';

import { planLimits } from '@tke/api-platform';

import { told } from './testing/failures.ts';
import { PlannedObject, step } from './testing/scripted-plan.ts';

describe('a pass', () => {
  test('goes through the steps in order as long as they take effect, and ends the plan', async () => {
    const object = new PlannedObject();
    const order: string[] = [];
    const noted = (name: string) => step(name, [() => void order.push(name)]);
    const { state, outcome } = await object.pass(['EnsureA', 'EnsureB', 'EnsureC'].map(noted));
    expect(outcome).toEqual({ kind: 'done' });
    expect(order).toEqual(['EnsureA', 'EnsureB', 'EnsureC']);
    expect(state.step).toBeUndefined();
    expect(state.plan).toMatchObject({ operation: 'Create', generation: 1, completed: 3, total: 3 });
    expect(state.plan?.step).toBeUndefined();
    expect(state.plan?.finishedAt).toBe('2026-01-01T00:00:00.000Z');
    expect(object.journal).toEqual(['EnsureA Done', 'EnsureB Done', 'EnsureC Done']);
  });

  test('saves the begin of a step before it runs, with the end of the one before', async () => {
    const object = new PlannedObject();
    const seen: unknown[] = [];
    const look = () => void seen.push([object.state.step, ...object.journal]);
    await object.pass([step('EnsureA', [look]), step('EnsureB', [look])]);
    expect(seen).toEqual([
      ['1/2 EnsureA', 'EnsureA Running'],
      ['2/2 EnsureB', 'EnsureA Done', 'EnsureB Running'],
    ]);
    expect(object.saves).toHaveLength(2);
  });

  test('leaves steps without targets out, and does not count them', async () => {
    const object = new PlannedObject();
    const none = step('EnsureNothing', [], { targets: [] });
    const { state } = await object.pass([none, step('EnsureA', [{ message: 'x' }])]);
    expect(none.attempts).toEqual([]);
    expect(state.step).toBe('1/1 EnsureA');
  });

  test('leaves steps out that the user skips, by any of their names', async () => {
    const object = new PlannedObject();
    object.skip = ['EnsureA', 'EnsureGalaxy'];
    const steps = [step('EnsureA'), step('EnsureNetwork', [], { skippedBy: ['EnsureGalaxy'] }), step('EnsureC')];
    const { state } = await object.pass(steps);
    expect(object.journal).toEqual(['EnsureA Skipped', 'EnsureNetwork Skipped', 'EnsureC Done']);
    expect(steps.map(({ attempts }) => attempts.length)).toEqual([0, 0, 1]);
    expect(state.plan).toMatchObject({ completed: 3, total: 3 });
  });

  test('does not run what is done already', async () => {
    const object = new PlannedObject();
    const done = step('EnsureA', [], { isDone: () => Promise.resolve(true) });
    const undone = step('EnsureB', [], { isDone: () => Promise.resolve(false) });
    await object.pass([done, undone]);
    expect([done.attempts.length, undone.attempts.length]).toEqual([0, 1]);
    expect(object.journal).toEqual(['EnsureA Done', 'EnsureB Done']);
  });

  test('runs a step on all its hosts at once, and waits for all before the next step', async () => {
    const object = new PlannedObject();
    const hosts = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    const log: string[] = [];
    const meet = Promise.withResolvers<undefined>();
    const together = step(
      'EnsureA',
      [
        (attempt) => {
          log.push(attempt.target);
          if (log.length === hosts.length) {
            meet.resolve(undefined);
          }
          return meet.promise;
        },
      ],
      { targets: hosts },
    );
    const after = step('EnsureB', [() => void log.push('after')]);
    await object.pass([together, after]);
    expect(log).toEqual([...hosts, 'after']);
    expect(object.saves).toHaveLength(2);
  });

  test('works on no more than 16 hosts at once', async () => {
    const object = new PlannedObject();
    let now = 0;
    let most = 0;
    const counted = async () => {
      most = Math.max(most, ++now);
      await Promise.resolve();
      now--;
    };
    const targets = Array.from({ length: 40 }, (_, index) => `10.0.0.${index}`);
    const counting = step('EnsureA', [counted], { targets });
    await object.pass([counting]);
    expect(most).toBe(16);
    expect(counting.attempts).toHaveLength(40);
  });

  test('ends where something more important has come up', async () => {
    const object = new PlannedObject();
    const second = step('EnsureB');
    let deleted = false;
    const first = step('EnsureA', [() => void (deleted = true)]);
    const { outcome, state } = await object.pass([first, second], { interrupted: () => deleted });
    expect(outcome).toEqual({ kind: 'interrupted' });
    expect(second.attempts).toEqual([]);
    expect(state.step).toBe('2/2 EnsureB');
    expect(object.journal).toEqual(['EnsureA Done']);
  });

  test('rejects when the begin cannot be saved, without having run the step', async () => {
    const object = new PlannedObject();
    const first = step('EnsureA');
    const save = () => Promise.reject(new Error('conflict'));
    await expect(object.pass([first], { save })).rejects.toThrow('conflict');
    expect(first.attempts).toEqual([]);
  });

  test('rejects with the reason when the leader is lost, and leaves the attempt as it is', async () => {
    const object = new PlannedObject();
    const leader = new AbortController();
    const lost = new Error('leadership lost');
    // Ignores its signal.
    const endless = step('EnsureA', [() => new Promise(() => undefined)]);
    const pass = object.pass([endless], { signal: leader.signal });
    await object.clock.advance(1000);
    leader.abort(lost);
    await expect(pass).rejects.toBe(lost);
    expect(object.entry('EnsureA')).toMatchObject({ state: 'Running', attempt: 1 });
    expect(object.clock.pendingTimers).toBe(0);
  });

  test('neither saves nor runs anything once the leader is lost', async () => {
    const object = new PlannedObject();
    const lost = AbortSignal.abort(new Error('leadership lost'));
    const first = step('EnsureA');
    await expect(object.pass([first], { signal: lost })).rejects.toThrow('leadership lost');
    expect(object.saves).toEqual([]);

    const leader = new AbortController();
    const save = () => {
      leader.abort(new Error('leadership lost'));
      return Promise.resolve();
    };
    await expect(object.pass([first], { signal: leader.signal, save })).rejects.toThrow('leadership lost');
    expect(first.attempts).toEqual([]);
  });

  test('does not go on waiting where something more important has come up', async () => {
    const object = new PlannedObject();
    let deleted = false;
    const slow = step('EnsureA', [
      () => {
        deleted = true;
        return { message: 'the node starts' };
      },
    ]);
    const { outcome } = await object.pass([slow], { interrupted: () => deleted });
    expect(outcome).toEqual({ kind: 'interrupted' });
    expect(object.entry('EnsureA')).toMatchObject({ state: 'Running', attempt: 1 });
  });

  test('takes a host that is named twice once', async () => {
    const object = new PlannedObject();
    const first = step('EnsureA', [], { targets: ['10.0.0.1', '10.0.0.1'] });
    await object.pass([first]);
    expect(first.attempts).toHaveLength(1);
    expect(object.journal).toEqual(['EnsureA@10.0.0.1 Done']);
  });

  test('refuses steps the journal cannot tell apart', async () => {
    await expect(new PlannedObject().pass([step('EnsureA'), step('EnsureA')])).rejects.toThrow('EnsureA twice');
  });
});

describe('a step that waits', () => {
  const waiting = (retryAfterMs?: number) => ({
    message: 'the node starts',
    job: 'ensure-a-1',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

  test('is run again as the same attempt, without being asked whether it is done', async () => {
    const object = new PlannedObject();
    let asked = 0;
    const slow = step('EnsureA', [waiting(), waiting(), undefined], { isDone: () => Promise.resolve(++asked > 1) });
    const { outcome } = await object.pass([slow]);
    expect(outcome).toEqual({ kind: 'waiting', message: 'EnsureA: the node starts', afterMs: 1000 });
    expect(object.entry('EnsureA')).toMatchObject({ state: 'Running', attempt: 1, job: 'ensure-a-1' });
    await object.pass([slow]);
    expect((await object.pass([slow])).outcome).toEqual({ kind: 'done' });
    expect(asked).toBe(1);
    expect(new Set(slow.attempts.map(({ id }) => id)).size).toBe(1);
    expect(slow.attempts.map(({ number }) => number)).toEqual([1, 1, 1]);
    expect(object.saves).toHaveLength(1);
    expect(object.entry('EnsureA')?.job).toBeUndefined();
  });

  test('is asked again as soon as the first of its hosts wants, and never at once', async () => {
    const object = new PlannedObject();
    const after = new Map([
      ['10.0.0.1', 5000],
      ['10.0.0.2', 300],
    ]);
    const slow = step('EnsureA', [({ target }) => waiting(after.get(target))], { targets: [...after.keys()] });
    expect((await object.pass([slow])).outcome).toEqual({
      kind: 'waiting',
      message: 'EnsureA on 10.0.0.1: the node starts',
      afterMs: 300,
    });
    const eager = await new PlannedObject().pass([step('EnsureA', [waiting(0)])]);
    expect(eager.outcome).toMatchObject({ afterMs: 100 });
  });

  test('is taken up by the next leader as the same attempt', async () => {
    const object = new PlannedObject();
    const leader = new AbortController();
    const crash = () => {
      leader.abort(new Error('killed'));
      return undefined;
    };
    const first = step('EnsureA', [crash]);
    await expect(object.pass([first], { signal: leader.signal })).rejects.toThrow('killed');
    const second = step('EnsureA');
    await object.pass([second]);
    expect(second.attempts.map(({ id, number }) => [id, number])).toEqual(first.attempts.map(({ id }) => [id, 1]));
  });
});

describe('the limit of a step', () => {
  const waiting = { message: 'the job runs' };
  const limitMs = 60_000;

  test('ends an attempt that hangs, and tells its signal', async () => {
    const object = new PlannedObject();
    const hanging = step('EnsureA', [() => new Promise(() => undefined)], { limitMs, targets: ['10.0.0.1'] });
    const pass = object.pass([hanging]);
    await object.clock.advance(59_999);
    expect(hanging.attempts[0]?.signal.aborted).toBe(false);
    await object.clock.advance(1);
    const { outcome } = await pass;
    expect(outcome).toMatchObject({ kind: 'retrying', afterMs: 5000 });
    expect(told(outcome)).toMatchObject({
      code: 'StepTimeout',
      message: 'EnsureA on 10.0.0.1: did not end within 60 s',
    });
    expect(hanging.attempts[0]?.signal.aborted).toBe(true);
    expect(object.entry('EnsureA', '10.0.0.1')).toMatchObject({ state: 'Failed', attempt: 1 });
  });

  test('counts from the begin of the attempt, over all passes', async () => {
    const object = new PlannedObject();
    const slow = step('EnsureA', [waiting], { limitMs });
    await object.pass([slow]);
    await object.clock.advance(59_999);
    expect((await object.pass([slow])).outcome).toMatchObject({ kind: 'waiting' });
    await object.clock.advance(1);
    expect(told((await object.pass([slow])).outcome).code).toBe('StepTimeout');
  });

  test('does not fail what has ended while nobody looked', async () => {
    const object = new PlannedObject();
    const slow = step('EnsureA', [waiting, ({ clock }) => clock.sleep(5000)], { limitMs });
    await object.pass([slow]);
    await object.clock.advance(3_600_000);
    const pass = object.pass([slow]);
    await object.clock.advance(5000);
    expect((await pass).outcome).toEqual({ kind: 'done' });
  });

  test('lets an attempt that is over it not hang for long', async () => {
    const object = new PlannedObject();
    const slow = step('EnsureA', [waiting, () => new Promise(() => undefined)], { limitMs });
    await object.pass([slow]);
    await object.clock.advance(3_600_000);
    const pass = object.pass([slow]);
    await object.clock.advance(10_000);
    expect(told((await pass).outcome).code).toBe('StepTimeout');
  });

  test('is not longer for an attempt whose begin is ahead of the clock', async () => {
    const object = new PlannedObject();
    const slow = step('EnsureA', [waiting, () => new Promise(() => undefined)], { limitMs });
    await object.pass([slow]);
    object.clock.setWall(object.clock.now() - 7_200_000);
    const pass = object.pass([slow]);
    await object.clock.advance(limitMs);
    expect(told((await pass).outcome).code).toBe('StepTimeout');
  });

  test('lets nothing begin after it', async () => {
    const object = new PlannedObject();
    const isDone = Promise.withResolvers<boolean>();
    const slow = step('EnsureA', [], { limitMs, isDone: () => isDone.promise });
    const pass = object.pass([slow]);
    await object.clock.advance(limitMs);
    expect(told((await pass).outcome).code).toBe('StepTimeout');
    isDone.resolve(false);
    await object.clock.advance(0);
    expect(slow.attempts).toEqual([]);
  });
});

describe('the plan of the status', () => {
  const waiting = { message: 'x' };

  test('goes on at its step, those before are done though the journal has no more of them', async () => {
    const object = new PlannedObject();
    const steps = [step('EnsureA'), step('EnsureB'), step('EnsureC', [waiting, undefined])];
    await object.pass(steps);
    object.state = { ...object.state, plan: { ...object.state.plan!, journal: [] } };
    const { outcome, state } = await object.pass(steps);
    expect(outcome).toEqual({ kind: 'done' });
    expect(steps.map(({ attempts }) => attempts.length)).toEqual([1, 1, 2]);
    expect(state.plan?.completed).toBe(3);
  });

  test('goes on after its step where that no longer applies', async () => {
    const object = new PlannedObject();
    const first = step('EnsureA');
    await object.pass([first, step('EnsureB', [waiting]), step('EnsureC')]);
    const { outcome } = await object.pass([first, step('EnsureB', [], { targets: [] }), step('EnsureC')]);
    expect(outcome).toEqual({ kind: 'done' });
    expect(first.attempts).toHaveLength(1);
  });

  test('starts again where its step is one of another release', async () => {
    const object = new PlannedObject();
    await object.pass([step('EnsureA'), step('EnsureOld', [waiting])]);
    const renamed = step('EnsureNew');
    expect((await object.pass([step('EnsureA'), renamed])).outcome).toEqual({ kind: 'done' });
    expect(renamed.attempts).toHaveLength(1);
    expect(object.state.plan).toMatchObject({ completed: 2, total: 2 });
  });

  test('gives way to a plan of another operation, and to the next one when it is finished', async () => {
    const object = new PlannedObject();
    const begin = await object.pass([step('EnsureA', [waiting])]);
    await object.clock.advance(1000);
    const removal = step('EnsureRemoved');
    await object.pass([removal], { operation: 'Delete' });
    expect(object.journal).toEqual(['EnsureRemoved Done']);
    expect(object.state.plan?.startedAt).not.toBe(begin.state.plan?.startedAt);
    await object.clock.advance(1000);
    await object.pass([removal], { operation: 'Delete' });
    expect(removal.attempts).toHaveLength(2);
    expect(new Set(removal.attempts.map(({ id }) => id)).size).toBe(2);
  });
});

test('the journal of 60 steps on 16 hosts stays within its bound, and has all of the current step', async () => {
  const object = new PlannedObject();
  const targets = Array.from({ length: 16 }, (_, index) => `10.0.0.${index + 1}`);
  const steps = Array.from({ length: 60 }, (_, index) =>
    step(`Ensure${index}`, index === 30 ? [{ message: 'x' }, undefined] : [], { targets }),
  );
  await object.pass(steps);
  await object.pass(steps);
  expect(object.saves).toHaveLength(60);
  for (const { plan } of object.saves) {
    expect(plan?.journal?.length).toBeLessThanOrEqual(planLimits.journal);
    const current = plan?.journal?.filter((entry) => entry.step === plan.step && entry.state === 'Running');
    expect(current).toHaveLength(16);
  }
  expect(object.journal).toHaveLength(planLimits.journal);
  expect(object.journal.at(0)).toBe('Ensure44@10.0.0.1 Done');
  expect(object.journal.at(-1)).toBe('Ensure59@10.0.0.16 Done');
  expect(steps.every(({ attempts }) => new Set(attempts.map(({ id }) => id)).size === 16)).toBe(true);
});
